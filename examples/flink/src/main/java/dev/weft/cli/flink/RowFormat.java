// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import dev.weft.cli.TextFile;
import dev.weft.cli.TextRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.connector.file.src.reader.StreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a file's rows as lines of JSON, by the same reader as without Flink. */
final class RowFormat extends SimpleStreamFormat<String> {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String column;

  /**
   * Describes a file.
   *
   * @param column which of its columns holds the texts
   */
  RowFormat(String file, String column) {
    this.file = file;
    this.column = column;
  }

  @Override
  public StreamFormat.Reader<String> createReader(Configuration config, FSDataInputStream stream)
      throws IOException {
    return new Lines(TextFile.open(Path.of(file), stream, column));
  }

  @Override
  public TypeInformation<String> getProducedType() {
    return Types.STRING;
  }

  private static final class Lines implements StreamFormat.Reader<String> {
    private final TextFile file;
    private final Iterator<TextRow> rows;

    Lines(TextFile file) {
      this.file = file;
      this.rows = file.rows();
    }

    @Override
    public @Nullable String read() {
      return rows.hasNext() ? rows.next().columns().toString() : null;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
