// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.collection.immutable.Seq;

/** The rows of batches of columns, each in the memory of the one before. For one task's thread. */
public final class BatchRows implements Iterator<InternalRow> {
  private final Iterator<ColumnarBatch> batches;
  private final UnsafeProjection projection;
  private Iterator<InternalRow> rows = Collections.emptyIterator();

  /**
   * Takes a batch when its first row is asked for.
   *
   * @param columns those of the batches
   */
  public BatchRows(Seq<Attribute> columns, Iterator<ColumnarBatch> batches) {
    this.batches = batches;
    this.projection =
        UnsafeProjection.create(ScalaCollections.seq(ScalaCollections.list(columns)), columns);
  }

  @Override
  public boolean hasNext() {
    while (!rows.hasNext()) {
      if (!batches.hasNext()) {
        return false;
      }
      rows = batches.next().rowIterator();
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
