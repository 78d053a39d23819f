// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * The batches of a partition with their embeddings as one more column: the window's own Arrow
 * vector, into which the engine's results were copied, and which nothing copies again. The other
 * columns are those that came in. A batch is encoded as one window, and valid until the next is
 * asked for. For one task's thread.
 */
final class BatchEncoder implements Iterator<ColumnarBatch> {
  private static final int RESULT = -1;

  private final Iterator<ColumnarBatch> input;
  private final WindowEncoder encoder;
  private final CatalystTexts texts;
  private final int[] places;

  BatchEncoder(
      EmbedPartition partition,
      WindowEncoder encoder,
      CatalystTexts texts,
      Iterator<ColumnarBatch> input) {
    this.input = input;
    this.encoder = encoder;
    this.texts = texts;
    List<ExprId> columns =
        ScalaCollections.list(partition.columns()).stream().map(Attribute::exprId).toList();
    this.places =
        ScalaCollections.list(partition.output()).stream()
            .mapToInt(column -> columns.indexOf(column.exprId()))
            .toArray();
  }

  @Override
  public boolean hasNext() {
    return !encoder.isClosed() && input.hasNext();
  }

  @Override
  public ColumnarBatch next() {
    ColumnarBatch batch = input.next();
    RowTexts into = encoder.begin();
    for (Iterator<InternalRow> rows = batch.rowIterator(); rows.hasNext(); ) {
      texts.read(rows.next(), into);
    }
    encoder.encode(batch.numRows());
    ColumnVector[] columns = new ColumnVector[places.length];
    for (int i = 0; i < columns.length; i++) {
      columns[i] =
          places[i] == RESULT
              ? new ArrowColumnVector(encoder.window().vectors())
              : batch.column(places[i]);
    }
    return new ColumnarBatch(columns, batch.numRows());
  }
}
