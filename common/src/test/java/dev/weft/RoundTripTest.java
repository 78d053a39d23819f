// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is built in Java and saved is the same model when it is loaded again. Where {@code
 * weft.roundtrip} names a folder, the models stay there for tools/roundtrip/check.py, which opens
 * them with the reference.
 */
class RoundTripTest {
  private static final Optional<Path> KEPT =
      Optional.ofNullable(System.getProperty("weft.roundtrip")).map(Path::of);

  @TempDir Path folder;

  static Stream<BuiltModels.Built> models() {
    return BuiltModels.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void aSavedModelIsTheSameWhenItIsLoaded(BuiltModels.Built built) throws IOException {
    Path place = KEPT.map(root -> root.resolve("weft")).orElse(folder).resolve(built.name());
    Path model = place.resolve("model");
    List<float[][]> answers = new ArrayList<>();

    try (Embedder embedder = built.build()) {
      for (Map<String, Object> call : built.calls()) {
        answers.add(encode(embedder, built.texts(), call));
      }
      embedder.save(model);
    }

    try (Embedder embedder = Embedder.load(model.toString())) {
      for (int i = 0; i < answers.size(); i++) {
        assertClose(encode(embedder, built.texts(), built.calls().get(i)), answers.get(i));
      }
      assertThat(embedder.settings()).isEqualTo(built.settings());
      Path again = place.resolve("again");
      embedder.save(again);
      assertThat(files(again)).as("saved once more").isEqualTo(files(model));
    }
    Files.writeString(place.resolve("expected.json"), expected(built, answers));
  }

  private static float[][] encode(Embedder embedder, List<String> texts, Map<String, Object> call) {
    return embedder.encode(texts, ParityTest.options(call));
  }

  private static void assertClose(float[][] actual, float[][] expected) {
    assertThat(actual).hasNumberOfRows(expected.length);
    for (int row = 0; row < expected.length; row++) {
      assertThat(actual[row]).hasSameSizeAs(expected[row]);
      for (int i = 0; i < expected[row].length; i++) {
        float limit = 1e-6f * Math.max(1, Math.abs(expected[row][i]));
        assertThat(Math.abs(actual[row][i] - expected[row][i])).isLessThanOrEqualTo(limit);
      }
    }
  }

  /** Names and contents; bytes as a text of Latin-1. */
  private static Map<String, String> files(Path root) throws IOException {
    Map<String, String> contents = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        contents.put(
            root.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }

  private static String expected(BuiltModels.Built built, List<float[][]> answers) {
    List<Map<String, Object>> calls = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      calls.add(Map.of("args", built.calls().get(i), "embeddings", answers.get(i)));
    }
    return new Gson()
        .toJson(
            Map.of(
                "since", built.since(),
                "texts", built.texts(),
                "batch_size", built.batchSize(),
                "calls", calls));
  }
}
