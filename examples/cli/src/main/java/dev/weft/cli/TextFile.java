// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads the rows of a file one after the other, so a file need not fit in memory. Malformed UTF-8
 * reads as U+FFFD.
 */
public final class TextFile implements AutoCloseable {
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
   * @throws IllegalArgumentException if it is none with rows, or has no such column
   */
  public static TextFile open(Path file, String column) throws IOException {
    return open(file, Files.newInputStream(file), column);
  }

  /**
   * The rows of what somebody else has opened, which is closed with them.
   *
   * @param file tells the format, and what messages speak of
   */
  public static TextFile open(Path file, InputStream bytes, String column) throws IOException {
    FileFormat format = FileFormat.of(file, FileFormat.TXT, FileFormat.JSONL, FileFormat.CSV);
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
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
    Iterator<CSVRecord> records = iterator(file, reader);
    List<String> names = records.hasNext() ? names(file, records.next()) : List.of();
    if (!names.contains(column)) {
      throw new IllegalArgumentException(
          file + ": no column \"" + column + "\" among " + names + "; name it with --column");
    }
    return stream(records)
        .map(
            csv -> {
              JsonObject columns = new JsonObject();
              for (int i = 0; i < names.size(); i++) {
                columns.addProperty(names.get(i), i < csv.size() ? csv.get(i) : "");
              }
              return new TextRow(Optional.of(columns.get(column).getAsString()), columns);
            });
  }

  /** Named as Spark does: a column without a name is {@code _c} and its index. */
  private static List<String> names(Path file, CSVRecord header) {
    List<String> names = new ArrayList<>();
    for (String field : header) {
      String name = field.isEmpty() ? "_c" + names.size() : field;
      if (names.contains(name)) {
        throw new IllegalArgumentException(
            file + ": two columns are named \"" + name + "\"; rename one");
      }
      names.add(name);
    }
    return names;
  }

  /** Reads a whole file, so that what is wrong anywhere in it is found before other work starts. */
  public static void check(Path file, String column) throws IOException {
    try (TextFile text = open(file, column)) {
      text.rows().forEachRemaining(row -> {});
    }
  }

  /** The fields of every record of a file of comma separated values, a header among them. */
  static List<List<String>> records(Path file) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      skipByteOrderMark(reader);
      return stream(iterator(file, reader)).map(csv -> List.of(csv.values())).toList();
    }
  }

  private static Stream<CSVRecord> stream(Iterator<CSVRecord> records) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(records, Spliterator.ORDERED), false);
  }

  /** The parser looks one record ahead, so only {@code hasNext} meets what it cannot read. */
  private static Iterator<CSVRecord> iterator(Path file, BufferedReader reader) throws IOException {
    Iterator<CSVRecord> records = CSVFormat.DEFAULT.parse(reader).iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          return records.hasNext();
        } catch (UncheckedIOException e) {
          String reason =
              Optional.ofNullable(e.getCause()).map(Throwable::getMessage).orElse("cannot be read");
          throw new IllegalArgumentException(file + ": " + reason, e);
        }
      }

      @Override
      public CSVRecord next() {
        return records.next();
      }
    };
  }

  /**
   * The rows not read yet, in order. Asking for one that is malformed throws {@link
   * IllegalArgumentException}.
   */
  public Iterator<TextRow> rows() {
    return rows.iterator();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
