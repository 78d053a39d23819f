// SPDX-License-Identifier: Apache-2.0
package dev.weft.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrichLinesTest {
  private static final String MODEL =
      Path.of("../../common/src/test/resources/parity/pooling-mean/model")
          .toAbsolutePath()
          .toString();

  @Test
  void everyLineIsWrittenWithItsVector(@TempDir Path folder) throws Exception {
    List<String> lines =
        IntStream.range(0, 300).mapToObj(i -> "line " + i + " of many".repeat(i % 7)).toList();
    Path input = Files.write(folder.resolve("lines.txt"), lines);
    Path output = folder.resolve("output");

    EnrichLines.main(new String[] {MODEL, input.toString(), output.toString()});

    Map<String, double[]> written = written(output.resolve("enriched"));
    assertThat(written.keySet()).containsExactlyInAnyOrderElementsOf(lines);
    assertThat(output.resolve("failed")).doesNotExist();
    try (Embedder embedder = Embedder.load(MODEL)) {
      float[][] expected = embedder.encode(lines, EncodeOptions.DEFAULT.normalized());
      for (int i = 0; i < expected.length; i++) {
        double[] vector = written.get(lines.get(i));
        assertThat(vector).hasSize(expected[i].length);
        for (int j = 0; j < vector.length; j++) {
          assertThat(vector[j]).isCloseTo(expected[i][j], within(1e-5));
        }
      }
    }
  }

  @Test
  void argumentsAreAskedFor() {
    assertThatThrownBy(() -> EnrichLines.main(new String[] {"a"}))
        .hasMessage("usage: MODEL INPUT OUTPUT");
  }

  private static Map<String, double[]> written(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .flatMap(EnrichLinesTest::lines)
          .map(line -> line.split("\t"))
          .collect(Collectors.toMap(parts -> parts[0], parts -> numbers(parts[1])));
    }
  }

  private static double[] numbers(String vector) {
    String[] parts = vector.substring(1, vector.length() - 1).split(", ");
    return Arrays.stream(parts).mapToDouble(Double::parseDouble).toArray();
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
