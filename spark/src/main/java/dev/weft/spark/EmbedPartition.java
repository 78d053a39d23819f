// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.arrow.ArrowWindow;
import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.collection.immutable.Seq;

/**
 * What a task needs to embed its partition; travels to the executors.
 *
 * @param inputs what to embed, and the options that are columns, over {@code columns}
 * @param columns columns of the rows that come in
 * @param output the same and the embedding
 * @param model the model and its options
 * @param metrics counts what is done
 */
record EmbedPartition(
    Seq<Expression> inputs,
    Seq<Attribute> columns,
    Seq<Attribute> output,
    TaskModel model,
    EmbedMetrics metrics)
    implements Serializable {

  /** The rows with their embeddings. */
  Iterator<InternalRow> embed(Iterator<InternalRow> rows) {
    CatalystRows binding = new CatalystRows(this, TaskContext.get().partitionId());
    return PartitionEncoder.embed(model, ArrowWindow.Limits.DEFAULT, binding, metrics, rows);
  }
}
