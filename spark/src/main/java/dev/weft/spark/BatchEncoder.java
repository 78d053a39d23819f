// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.arrow.BatchRows;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * The batches of a partition with their embeddings as one more column: the window's own Arrow
 * vector, into which the engine's results were copied, and which nothing copies again. The other
 * columns are those that came in. A batch is a window; one that is too large for it is copied into
 * smaller ones first. What comes out is valid until the next is asked for. For one task's thread.
 */
final class BatchEncoder implements Iterator<ColumnarBatch> {
  private final EmbedPartition partition;
  private final WindowEncoder encoder;
  private final CatalystTexts texts;
  private final Iterator<ColumnarBatch> input;
  private Iterator<ColumnarBatch> parts = Collections.emptyIterator();
  private ColumnarBatch taken = new ColumnarBatch(new ColumnVector[0], 0);

  BatchEncoder(
      EmbedPartition partition,
      WindowEncoder encoder,
      CatalystTexts texts,
      Iterator<ColumnarBatch> input) {
    this.partition = partition;
    this.encoder = encoder;
    this.texts = texts;
    this.input = input;
  }

  @Override
  public boolean hasNext() {
    return !encoder.isClosed() && (parts.hasNext() || input.hasNext());
  }

  @Override
  public ColumnarBatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (!parts.hasNext()) {
      taken.closeIfFreeable();
      taken = input.next();
      if (gathered(taken, encoder.window()::isFull)) {
        return encoded(taken);
      }
      Iterator<InternalRow> rows =
          BatchRows.of(partition.columns(), List.of(taken).iterator(), batch -> {});
      parts = partition.batches(rows, encoder);
    }
    ColumnarBatch part = parts.next();
    gathered(part, () -> false);
    return encoded(part);
  }

  /** Whether the texts of a batch were all read before there was a reason to stop. */
  private boolean gathered(ColumnarBatch batch, BooleanSupplier stop) {
    RowTexts into = encoder.begin();
    Iterator<InternalRow> rows = batch.rowIterator();
    while (rows.hasNext() && !stop.getAsBoolean()) {
      texts.read(rows.next(), into);
    }
    return !rows.hasNext();
  }

  private ColumnarBatch encoded(ColumnarBatch batch) {
    encoder.encode(batch.numRows());
    ColumnVector[] columns = new ColumnVector[partition.places().size()];
    for (int i = 0; i < columns.length; i++) {
      int place = partition.places().get(i);
      columns[i] =
          place == batch.numCols()
              ? new ArrowColumnVector(encoder.window().vectors())
              : batch.column(place);
    }
    return new ColumnarBatch(columns, batch.numRows());
  }
}
