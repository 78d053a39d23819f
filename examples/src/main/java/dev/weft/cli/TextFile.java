// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads the rows of a file one after the other, so a file need not fit in memory. Malformed UTF-8
 * reads as U+FFFD.
 */
final class TextFile implements AutoCloseable {
  private final BufferedReader reader;
  private final Stream<TextRow> rows;

  private TextFile(BufferedReader reader, Stream<TextRow> rows) {
    this.reader = reader;
    this.rows = rows;
  }

  /**
   * Opens a file.
   *
   * @param column which column holds the text; a {@code .txt} has none
   */
  static TextFile open(Path file, String column) throws IOException {
    FileFormat format = FileFormat.of(file, FileFormat.TXT, FileFormat.JSONL, FileFormat.CSV);
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    skipByteOrderMark(reader);
    return new TextFile(
        reader,
        switch (format) {
          case JSONL -> jsonLines(file, reader, column);
          case CSV -> records(file, reader, column);
          default -> reader.lines().map(TextFile::line);
        });
  }

  private static void skipByteOrderMark(BufferedReader reader) throws IOException {
    reader.mark(1);
    if (reader.read() != '\uFEFF') {
      reader.reset();
    }
  }

  private static TextRow line(String text) {
    JsonObject columns = new JsonObject();
    columns.addProperty("text", text);
    return new TextRow(Optional.of(text), columns);
  }

  private static Stream<TextRow> jsonLines(Path file, BufferedReader reader, String column) {
    int[] number = {0};
    return reader
        .lines()
        .peek(line -> number[0]++)
        .filter(line -> !line.isBlank())
        .map(line -> TextRow.parse(file + " line " + number[0], line, column));
  }

  private static Stream<TextRow> records(Path file, BufferedReader reader, String column)
      throws IOException {
    CSVParser parser =
        CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get().parse(reader);
    List<String> names = parser.getHeaderNames();
    if (!names.contains(column)) {
      throw new IllegalArgumentException(
          file + ": no column \"" + column + "\" among " + names + "; name it with --column");
    }
    return stream(parser)
        .map(
            csv -> {
              JsonObject columns = new JsonObject();
              for (int i = 0; i < names.size(); i++) {
                columns.addProperty(names.get(i), i < csv.size() ? csv.get(i) : "");
              }
              return new TextRow(Optional.of(columns.get(column).getAsString()), columns);
            });
  }

  /** The fields of every record of a file of comma separated values, a header among them. */
  static List<List<String>> records(Path file) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      skipByteOrderMark(reader);
      return stream(CSVFormat.DEFAULT.parse(reader)).map(csv -> List.of(csv.values())).toList();
    } catch (UncheckedIOException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static Stream<CSVRecord> stream(CSVParser parser) {
    return StreamSupport.stream(parser.spliterator(), false);
  }

  /** The rows not read yet, in order. */
  Iterator<TextRow> rows() {
    return rows.iterator();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
