// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.weft.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorWriterTest {
  private static final Optional<float[]> NONE = Optional.empty();

  @TempDir private Path folder;

  private static JsonObject row(String json) {
    return JsonParser.parseString(json).getAsJsonObject();
  }

  /** Ids 0, 1, … with a vector each. */
  private List<String> write(Precision precision, List<Optional<float[]>> vectors)
      throws IOException {
    Path file = folder.resolve(precision + ".jsonl");
    try (VectorWriter writer = new VectorWriter(file, precision)) {
      for (int i = 0; i < vectors.size(); i++) {
        writer.write(row("{\"id\": " + i + "}"), vectors.get(i));
      }
      writer.finish();
    }
    return Files.readAllLines(file);
  }

  private List<String> write(JsonObject columns) throws IOException {
    Path file = folder.resolve("columns.jsonl");
    try (VectorWriter writer = new VectorWriter(file, Precision.FLOAT32)) {
      writer.write(columns, Optional.of(new float[] {1}));
      writer.finish();
    }
    return Files.readAllLines(file);
  }

  @Test
  void floatsAreWrittenWithEveryDigitThatCounts() throws IOException {
    float[] vector = {0.1f, -1e-9f, 3, Math.nextUp(0.1f)};
    assertThat(write(Precision.FLOAT32, List.of(Optional.of(vector), NONE)))
        .containsExactly(
            "{\"id\":0, \"embedding\": [0.1, -1.0E-9, 3.0, 0.10000001]}",
            "{\"id\":1, \"embedding\": null}");
  }

  @Test
  void binaryPacksEightComponentsAByte() throws IOException {
    float[] vector = {1, -1, -1, -1, -1, -1, -1, 1, -1, 1, 1, 1, 1, 1, 1, 1};
    List<Optional<float[]>> vectors = List.of(Optional.of(vector), NONE);
    assertThat(write(Precision.UBINARY, vectors))
        .containsExactly(
            "{\"id\":0, \"embedding\": [129, 127]}", "{\"id\":1, \"embedding\": null}");
    assertThat(write(Precision.BINARY, vectors).get(0))
        .isEqualTo("{\"id\":0, \"embedding\": [1, -1]}");
  }

  @Test
  void calibratedCodesUseTheRangesOfAllVectors() throws IOException {
    List<Optional<float[]>> vectors =
        List.of(
            Optional.of(new float[] {0, 5}),
            NONE,
            Optional.of(new float[] {255, 5}),
            Optional.of(new float[] {100.5f, 5}));
    assertThat(write(Precision.UINT8, vectors))
        .containsExactly(
            "{\"id\":0, \"embedding\": [0, 0]}",
            "{\"id\":1, \"embedding\": null}",
            "{\"id\":2, \"embedding\": [255, 0]}",
            "{\"id\":3, \"embedding\": [100, 0]}");
    assertThat(write(Precision.INT8, vectors))
        .containsExactly(
            "{\"id\":0, \"embedding\": [-128, -128]}",
            "{\"id\":1, \"embedding\": null}",
            "{\"id\":2, \"embedding\": [127, -128]}",
            "{\"id\":3, \"embedding\": [-28, -128]}");
  }

  @ParameterizedTest
  @EnumSource
  void rowsWithoutAnyVectorAreWritten(Precision precision) throws IOException {
    assertThat(write(precision, List.of(NONE, NONE)))
        .containsExactly("{\"id\":0, \"embedding\": null}", "{\"id\":1, \"embedding\": null}");
    assertThat(write(precision, List.of())).isEmpty();
  }

  @Test
  void columnsKeepTheirOrderAndAnOldEmbeddingIsReplaced() throws IOException {
    assertThat(write(row("{\"z\":1.50,\"embedding\":[9],\"a\":{\"x\":null},\"t\":\"é\\u2028😀\"}")))
        .containsExactly(
            "{\"z\":1.50,\"a\":{\"x\":null},\"t\":\"é\\u2028😀\", \"embedding\": [1.0]}");
    assertThat(write(row("{\"embedding\":[9]}"))).containsExactly("{\"embedding\": [1.0]}");
    assertThat(write(new JsonObject())).containsExactly("{\"embedding\": [1.0]}");
  }

  @Test
  void halvesOfSurrogatePairsAreEscaped() throws IOException {
    JsonObject columns = new JsonObject();
    columns.addProperty("k\uDC00", "a\uD800b\uD83D\uDE00");
    List<String> lines = write(columns);
    assertThat(lines)
        .containsExactly("{\"k\\udc00\":\"a\\ud800b\uD83D\uDE00\", \"embedding\": [1.0]}");
    assertThat(row(lines.get(0)).get("k\uDC00").getAsString()).isEqualTo("a\uD800b\uD83D\uDE00");
  }
}
