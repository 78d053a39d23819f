// SPDX-License-Identifier: Apache-2.0
package dev.weft.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.stream.Stream;

/** Lines that a job wrote, each with a tab and its vector. */
final class Vectors {
  static final String MODEL =
      Path.of("../../common/src/test/resources/parity/pooling-mean/model")
          .toAbsolutePath()
          .toString();

  private Vectors() {}

  /** The lines are there once, with the vectors of the embedder. */
  static void assertWritten(Path folder, List<String> lines, EncodeOptions options)
      throws IOException {
    Map<String, double[]> written = read(folder);
    assertThat(written.keySet()).containsExactlyInAnyOrderElementsOf(lines);
    try (Embedder embedder = Embedder.load(MODEL)) {
      float[][] expected = embedder.encode(lines, options);
      for (int i = 0; i < expected.length; i++) {
        double[] vector = written.get(lines.get(i));
        assertThat(vector).hasSize(expected[i].length);
        for (int j = 0; j < vector.length; j++) {
          assertThat(vector[j]).isCloseTo(expected[i][j], within(1e-5));
        }
      }
    }
  }

  private static Map<String, double[]> read(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .flatMap(Vectors::lines)
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
