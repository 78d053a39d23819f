// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.arrow.ArrowFieldWriter;
import org.apache.spark.sql.execution.arrow.ArrowWriter$;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * A batch of columns on its way into Arrow vectors, all at once or in parts. A column that is an
 * Arrow vector of the same type hands over its buffers without a copy of its values; the cells of
 * the others are written one by one. For one thread.
 */
final class ArrowColumns {
  private final List<FieldVector> targets;
  private final ColumnarBatch batch;
  private final List<Integer> taken = new ArrayList<>();
  private final List<Cells> written = new ArrayList<>();
  private int done;

  /** A column that is written cell by cell. */
  private record Cells(int place, ArrowFieldWriter writer) {}

  /**
   * Prepares vectors.
   *
   * @param targets one a column; closed by their owner
   */
  ArrowColumns(List<FieldVector> targets, ColumnarBatch batch) {
    this.targets = targets;
    this.batch = batch;
    for (int i = 0; i < targets.size(); i++) {
      FieldVector target = targets.get(i);
      if (batch.column(i) instanceof ArrowColumnVector arrow
          && isSame(arrow.getValueVector().getField(), target.getField())) {
        taken.add(i);
      } else {
        target.allocateNew();
        written.add(new Cells(i, ArrowWriter$.MODULE$.createFieldWriter(target)));
      }
    }
  }

  /** No columns and no rows. */
  static ArrowColumns none() {
    return new ArrowColumns(List.of(), new ColumnarBatch(new ColumnVector[0], 0));
  }

  /** Whether there are rows that have not been filled in. */
  boolean hasMore() {
    return done < batch.numRows();
  }

  /** Whether vectors of two fields have the same buffers, whatever the fields are called. */
  private static boolean isSame(Field a, Field b) {
    return a.getType().equals(b.getType())
        && a.getChildren().size() == b.getChildren().size()
        && IntStream.range(0, a.getChildren().size())
            .allMatch(i -> isSame(a.getChildren().get(i), b.getChildren().get(i)));
  }

  /**
   * Fills the vectors with the next rows, one at least if there are more.
   *
   * @param maxRows the most rows
   * @param maxBytes so many bytes get no further row
   * @return how many rows there are now
   */
  int fill(int maxRows, long maxBytes) {
    int left = batch.numRows() - done;
    long bytesPerRow = 0;
    for (int place : taken) {
      bytesPerRow += source(place).getBufferSize() / Math.max(1, batch.numRows());
    }
    int rows = 0;
    while (rows < Math.min(left, maxRows)
        && (rows == 0 || writtenBytes() + rows * bytesPerRow < maxBytes)) {
      InternalRow row = batch.getRow(done + rows);
      for (Cells column : written) {
        column.writer.write(row, column.place);
      }
      rows++;
    }
    for (Cells column : written) {
      column.writer.finish();
    }
    for (int place : taken) {
      source(place).makeTransferPair(targets.get(place)).splitAndTransfer(done, rows);
    }
    done += rows;
    return rows;
  }

  private long writtenBytes() {
    long bytes = 0;
    for (Cells column : written) {
      bytes += column.writer.getSizeInBytes();
    }
    return bytes;
  }

  private ValueVector source(int place) {
    return ((ArrowColumnVector) batch.column(place)).getValueVector();
  }

  /** Empties the vectors for the next rows. */
  void clear() {
    for (Cells column : written) {
      column.writer.reset();
    }
    for (int place : taken) {
      targets.get(place).clear();
    }
  }
}
