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
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Fills Arrow vectors with the columns of batches. A column that is an Arrow vector of the same
 * type hands over its buffers without a copy of its values; the cells of the others are written one
 * by one. For one thread.
 */
final class ArrowColumns {
  private final List<FieldVector> targets;
  private final List<Integer> taken = new ArrayList<>();
  private final List<Cells> written = new ArrayList<>();

  /** A column that is written cell by cell. */
  private record Cells(int place, ArrowFieldWriter writer) {}

  /**
   * Prepares vectors.
   *
   * @param targets one a column; closed by their owner
   * @param like a batch whose columns are of the kinds that those to come have
   */
  ArrowColumns(List<FieldVector> targets, ColumnarBatch like) {
    this.targets = targets;
    for (int i = 0; i < targets.size(); i++) {
      FieldVector target = targets.get(i);
      if (like.column(i) instanceof ArrowColumnVector arrow
          && isSame(arrow.getValueVector().getField(), target.getField())) {
        taken.add(i);
      } else {
        target.allocateNew();
        written.add(new Cells(i, ArrowWriter$.MODULE$.createFieldWriter(target)));
      }
    }
  }

  /** Whether vectors of two fields have the same buffers, whatever the fields are called. */
  private static boolean isSame(Field a, Field b) {
    return a.getType().equals(b.getType())
        && a.getChildren().size() == b.getChildren().size()
        && IntStream.range(0, a.getChildren().size())
            .allMatch(i -> isSame(a.getChildren().get(i), b.getChildren().get(i)));
  }

  /**
   * Fills the vectors with rows of a batch, one at least.
   *
   * @param from the first row
   * @param maxRows the most rows
   * @param maxBytes so many bytes get no further row
   * @return how many rows there are now
   */
  int fill(ColumnarBatch batch, int from, int maxRows, long maxBytes) {
    long bytesPerRow = 0;
    for (int place : taken) {
      bytesPerRow += source(batch, place).getBufferSize() / batch.numRows();
    }
    int rows = 0;
    do {
      InternalRow row = batch.getRow(from + rows);
      for (Cells column : written) {
        column.writer.write(row, column.place);
      }
      rows++;
    } while (rows < maxRows
        && from + rows < batch.numRows()
        && writtenBytes() + rows * bytesPerRow < maxBytes);
    for (Cells column : written) {
      column.writer.finish();
    }
    for (int place : taken) {
      source(batch, place).makeTransferPair(targets.get(place)).splitAndTransfer(from, rows);
    }
    return rows;
  }

  private long writtenBytes() {
    long bytes = 0;
    for (Cells column : written) {
      bytes += column.writer.getSizeInBytes();
    }
    return bytes;
  }

  private static ValueVector source(ColumnarBatch batch, int place) {
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
