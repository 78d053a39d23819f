// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model written by the reference with what it answered: {@code resources/parity/<case>}, and
 * {@code resources/cases/<case>} for what those do not cover, by tools/roundtrip/cases.py.
 */
record ParityCase(String name, Path model, List<String> texts, List<Call> calls) {
  static final Path PARITY = Path.of("src/test/resources/parity");
  static final Path CASES = Path.of("src/test/resources/cases");

  /** One call of encode: its keyword arguments and the (texts, D) it returned. */
  record Call(Map<String, Object> args, double[][] embeddings) {}

  private record File(List<String> texts, List<Call> calls) {}

  static ParityCase load(String name) {
    return load(PARITY.resolve(name));
  }

  private static ParityCase load(Path dir) {
    try {
      File file = new Gson().fromJson(Files.readString(dir.resolve("expected.json")), File.class);
      String name = dir.getFileName().toString();
      return new ParityCase(name, dir.resolve("model"), file.texts(), file.calls());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the reference wrote for this run, where it did. */
  static Stream<ParityCase> ofThisRun() {
    return Optional.ofNullable(System.getProperty("weft.roundtrip")).stream()
        .flatMap(folder -> in(Path.of(folder, "reference")));
  }

  /** The cases of a folder. */
  static Stream<ParityCase> in(Path folder) {
    try (Stream<Path> dirs = Files.list(folder)) {
      return dirs.sorted().toList().stream().map(ParityCase::load);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
