// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;

/**
 * A file to embed into another.
 *
 * @param input a {@code .txt}, {@code .jsonl}, {@code .csv} or {@code .parquet}
 * @param column which of its columns holds the texts; that of a {@code .txt} is {@code text}
 * @param output where to write, under a name of its own until it is whole
 * @param to {@code .jsonl} or {@code .parquet}
 * @param precision of the numbers that are written
 */
public record EmbedJob(
    Path input, String column, Path output, FileFormat to, Precision precision, ModelChoice model) {

  public EmbedJob {
    column = FileFormat.of(input) == FileFormat.TXT ? "text" : column;
  }

  /** The format of the input. */
  public FileFormat from() {
    return FileFormat.of(input);
  }

  /**
   * A row that went through a host as a line of JSON.
   *
   * @param vector empty where the row has no text
   */
  public EmbeddedRow row(String line, Optional<float[]> vector) {
    return new EmbeddedRow(TextRow.parse(input.toString(), line, column).columns(), vector);
  }

  /**
   * Writes rows as lines of JSON; shows on a terminal how many.
   *
   * @param form makes a row out of what the host has
   */
  public <R> void write(Iterator<R> rows, Function<? super R, EmbeddedRow> form)
      throws IOException {
    Counter counter = new Counter();
    try (VectorWriter writer = new VectorWriter(output, precision)) {
      while (rows.hasNext()) {
        EmbeddedRow row = form.apply(rows.next());
        writer.write(row.columns(), row.vector());
        counter.add();
      }
      writer.finish();
    }
    counter.end();
  }
}
