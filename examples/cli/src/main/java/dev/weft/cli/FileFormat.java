// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How a file is written, told by its name's ending. */
public enum FileFormat {
  /** A text a line. */
  TXT,
  /** A JSON object a line. */
  JSONL,
  /** Comma separated, with a header. */
  CSV,
  /** Columns in blocks; read and written by Spark. */
  PARQUET;

  /** The format of a file. */
  public static FileFormat of(Path file) {
    return of(file, values());
  }

  /**
   * The format of a file.
   *
   * @throws IllegalArgumentException if it is none of those allowed here
   */
  public static FileFormat of(Path file, FileFormat... allowed) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    List<FileFormat> formats = List.of(allowed);
    return formats.stream()
        .filter(format -> name.endsWith(format.ending()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    file
                        + ": the name must end in one of "
                        + Arrays.stream(allowed).map(FileFormat::ending).toList()));
  }

  private String ending() {
    return "." + name().toLowerCase(Locale.ROOT);
  }
}
