// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.collection.immutable.Seq;

/** The rows of batches of columns, each in the memory of the one before. For one task's thread. */
public final class BatchRows implements Iterator<InternalRow> {
  private final Iterator<ColumnarBatch> batches;
  private final Consumer<ColumnarBatch> done;
  private final UnsafeProjection projection;
  private ColumnarBatch batch = new ColumnarBatch(new ColumnVector[0], 0);
  private Iterator<InternalRow> rows = Collections.emptyIterator();

  private BatchRows(
      Seq<Attribute> columns, Iterator<ColumnarBatch> batches, Consumer<ColumnarBatch> done) {
    this.batches = batches;
    this.done = done;
    this.projection =
        UnsafeProjection.create(ScalaCollections.seq(ScalaCollections.list(columns)), columns);
  }

  /**
   * Takes a batch when its first row is asked for.
   *
   * @param columns those of the batches
   * @param done called with a batch whose rows have all been read
   */
  public static Iterator<InternalRow> of(
      Seq<Attribute> columns, Iterator<ColumnarBatch> batches, Consumer<ColumnarBatch> done) {
    return new BatchRows(columns, batches, done);
  }

  @Override
  public boolean hasNext() {
    while (!rows.hasNext()) {
      done.accept(batch);
      if (!batches.hasNext()) {
        return false;
      }
      batch = batches.next();
      rows = batch.rowIterator();
    }
    return true;
  }

  @Override
  public InternalRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return projection.apply(rows.next());
  }
}
