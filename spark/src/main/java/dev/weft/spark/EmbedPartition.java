// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.util.TaskCompletionListener;
import scala.collection.immutable.Seq;

/**
 * What a task needs to embed its partition; travels to the executors.
 *
 * @param inputs what to embed, and its task where that is a column, over {@code columns}
 * @param columns columns of the rows that come in
 * @param output the same and the embedding
 * @param spec the model and its options
 * @param sessionFolder see {@link AddedModel#sessionFolder}
 * @param texts counts the texts that were embedded
 */
record EmbedPartition(
    Seq<Expression> inputs,
    Seq<Attribute> columns,
    Seq<Attribute> output,
    EmbedderSpec spec,
    String sessionFolder,
    SQLMetric texts)
    implements Serializable {

  /** The rows with their embeddings; what they hold is freed when the task ends. */
  Iterator<InternalRow> embed(Iterator<InternalRow> rows) {
    if (!rows.hasNext()) {
      return rows; // an empty partition loads no model
    }
    EmbeddingIterator embedded = new EmbeddingIterator(this, rows);
    TaskCompletionListener close = context -> embedded.close();
    TaskContext.get().addTaskCompletionListener(close);
    return embedded;
  }
}
