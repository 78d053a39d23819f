// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A model written by the reference with what it answered: {@code resources/parity/<case>}. */
record ParityCase(String name, Path model, List<String> texts, List<Call> calls) {
  static final Path ROOT = Path.of("src/test/resources/parity");

  /** One call of encode: its keyword arguments and the (texts, D) it returned. */
  record Call(Map<String, Object> args, double[][] embeddings) {}

  private record File(List<String> texts, List<Call> calls) {}

  static ParityCase load(String name) {
    Path dir = ROOT.resolve(name);
    try {
      File file = new Gson().fromJson(Files.readString(dir.resolve("expected.json")), File.class);
      return new ParityCase(name, dir.resolve("model"), file.texts(), file.calls());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<ParityCase> all() {
    try (Stream<Path> dirs = Files.list(ROOT)) {
      return dirs.map(dir -> dir.getFileName().toString()).sorted().toList().stream()
          .map(ParityCase::load);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
