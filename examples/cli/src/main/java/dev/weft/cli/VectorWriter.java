// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import com.google.gson.JsonObject;
import dev.weft.CalibrationRanges;
import dev.weft.Precision;
import dev.weft.Quantizer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Writes rows with their vectors as lines of JSON: every column of the input and {@code embedding},
 * a list of numbers or null. Codes that need calibration are held back until all vectors are known.
 */
final class VectorWriter implements AutoCloseable {
  private static final String EMBEDDING = "embedding";

  /** Halves of surrogate pairs that stand alone: UTF-8 cannot hold them, JSON can escape them. */
  private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

  private final BufferedWriter out;
  private final Precision precision;
  private final List<JsonObject> heldColumns = new ArrayList<>();
  private final List<Optional<float[]>> heldVectors = new ArrayList<>();

  VectorWriter(Path file, Precision precision) throws IOException {
    this.out =
        new BufferedWriter(
            new OutputStreamWriter(Files.newOutputStream(file), StandardCharsets.UTF_8));
    this.precision = precision;
  }

  void write(JsonObject columns, Optional<float[]> vector) throws IOException {
    if (precision.isCalibrated()) {
      heldColumns.add(columns);
      heldVectors.add(vector);
    } else if (precision == Precision.FLOAT32) {
      line(columns, vector.map(VectorWriter::numbers).orElse("null"));
    } else {
      line(columns, vector.map(v -> codes(Quantizer.binary(rows(v), precision))).orElse("null"));
    }
  }

  /** Writes what was held back; nothing may be written after it. */
  void finish() throws IOException {
    float[][] known = heldVectors.stream().flatMap(Optional::stream).toArray(float[][]::new);
    Optional<CalibrationRanges> ranges =
        known.length > 0 ? Optional.of(CalibrationRanges.of(known)) : Optional.empty();
    for (int i = 0; i < heldColumns.size(); i++) {
      Optional<float[]> vector = heldVectors.get(i);
      line(
          heldColumns.get(i),
          ranges
              .flatMap(r -> vector.map(v -> codes(Quantizer.scalar(rows(v), precision, r))))
              .orElse("null"));
    }
    out.flush();
  }

  private static float[][] rows(float[] vector) {
    return new float[][] {vector};
  }

  private static String numbers(float[] vector) {
    StringBuilder text = new StringBuilder(vector.length * 12).append('[');
    for (int i = 0; i < vector.length; i++) {
      text.append(i == 0 ? "" : ", ").append(vector[i]);
    }
    return text.append(']').toString();
  }

  private String codes(byte[][] rows) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < rows[0].length; i++) {
      text.append(i == 0 ? "" : ", ").append(precision.value(rows[0][i]));
    }
    return text.append(']').toString();
  }

  private void line(JsonObject columns, String vector) throws IOException {
    columns.remove(EMBEDDING);
    String json =
        LONE_SURROGATE
            .matcher(columns.toString())
            .replaceAll(half -> String.format("\\\\u%04x", (int) half.group().charAt(0)));
    out.append(json, 0, json.length() - 1);
    out.append(columns.isEmpty() ? "" : ", ").append("\"embedding\": ").append(vector);
    out.append("}\n");
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
