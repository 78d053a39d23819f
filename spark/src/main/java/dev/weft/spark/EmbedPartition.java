// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.arrow.ArrowWindow;
import dev.weft.spark.arrow.BatchRows;
import dev.weft.spark.arrow.RowBatches;
import java.io.Serializable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.collection.immutable.Seq;

/**
 * What a task needs to embed its partition; travels to the executors.
 *
 * @param inputs what to embed, and the options that are columns, over {@code columns}
 * @param columns columns of the rows that come in
 * @param result the column of the embeddings
 * @param places the columns that go out, as places among these, the result being the last
 * @param model the model and its options
 * @param metrics counts what is done
 */
record EmbedPartition(
    Seq<Expression> inputs,
    Seq<Attribute> columns,
    Attribute result,
    List<Integer> places,
    TaskModel model,
    EmbedMetrics metrics)
    implements Serializable {
  private static final ArrowWindow.Limits LIMITS = ArrowWindow.Limits.DEFAULT;

  /** The rows with their embeddings. */
  Iterator<InternalRow> embed(Iterator<InternalRow> rows) {
    CatalystRows binding = new CatalystRows(this, TaskContext.get().partitionId());
    return PartitionEncoder.embed(model, LIMITS, binding, metrics, rows);
  }

  /** The rows of batches with their embeddings. */
  Iterator<InternalRow> embedRowsOf(Iterator<ColumnarBatch> batches) {
    return embed(BatchRows.of(columns, batches, ColumnarBatch::closeIfFreeable));
  }

  /** The batches with their embeddings as a column. */
  Iterator<ColumnarBatch> embedBatches(Iterator<ColumnarBatch> batches) {
    if (!batches.hasNext()) {
      return Collections.emptyIterator(); // an empty partition loads no model
    }
    CatalystTexts texts = texts();
    return new BatchEncoder(this, open(texts), texts, batches);
  }

  /** The rows with their embeddings, as batches of columns. */
  Iterator<ColumnarBatch> embedInBatches(Iterator<InternalRow> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator();
    }
    CatalystTexts texts = texts();
    WindowEncoder encoder = open(texts);
    return new BatchEncoder(this, encoder, texts, batches(rows, encoder));
  }

  /** Rows as batches no larger than a window. */
  Iterator<ColumnarBatch> batches(Iterator<InternalRow> rows, WindowEncoder encoder) {
    return new RowBatches(columns, rows, encoder.window().maxRows(), LIMITS.textBytes());
  }

  private CatalystTexts texts() {
    return new CatalystTexts(this, TaskContext.get().partitionId());
  }

  private WindowEncoder open(CatalystTexts texts) {
    return WindowEncoder.open(model, LIMITS, texts.columns(), metrics);
  }
}
