// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.SparkUnsupportedOperationException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.types.DataTypeUtils;
import org.apache.spark.sql.execution.RowToColumnConverter;
import org.apache.spark.sql.execution.vectorized.OnHeapColumnVector;
import org.apache.spark.sql.execution.vectorized.WritableColumnVector;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.util.TaskCompletionListener;
import scala.collection.immutable.Seq;

/**
 * The rows of a partition as batches of columns, bounded in bytes too, which Spark's own operator
 * for this is not. The columns are used again: a batch is valid until the next is asked for. For
 * one task's thread.
 */
public final class RowBatches implements Iterator<ColumnarBatch> {
  private final Iterator<InternalRow> rows;
  private final int maxRows;
  private final long maxBytes;
  private final RowToColumnConverter converter;
  private final WritableColumnVector[] columns;

  /**
   * Gathers rows when it is asked for a batch.
   *
   * @param columns those of the rows
   * @param maxRows the most rows of a batch
   * @param maxBytes a batch of so many bytes gets no further row
   */
  public RowBatches(
      Seq<Attribute> columns, Iterator<InternalRow> rows, int maxRows, long maxBytes) {
    this.rows = rows;
    this.maxRows = maxRows;
    this.maxBytes = maxBytes;
    StructType schema = DataTypeUtils.fromAttributes(columns);
    this.converter = new RowToColumnConverter(schema);
    this.columns = OnHeapColumnVector.allocateColumns(Math.min(maxRows, 4096), schema);
    ColumnarBatch all = new ColumnarBatch(this.columns);
    TaskCompletionListener close = context -> all.close();
    TaskContext.get().addTaskCompletionListener(close);
  }

  /** Whether rows of such columns can be put into batches; Spark has no columns of some types. */
  public static boolean canHold(Seq<Attribute> columns) {
    try {
      return new RowToColumnConverter(DataTypeUtils.fromAttributes(columns)) != null;
    } catch (SparkUnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public ColumnarBatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    for (WritableColumnVector column : columns) {
      column.reset();
    }
    int count = 0;
    long bytes = 0;
    // A full batch does not ask for another row, as a stream waits until there is one.
    while (count < maxRows && bytes < maxBytes && rows.hasNext()) {
      InternalRow row = rows.next();
      converter.convert(row, columns);
      bytes += row instanceof UnsafeRow sized ? sized.getSizeInBytes() : 0;
      count++;
    }
    return new ColumnarBatch(columns, count);
  }
}
