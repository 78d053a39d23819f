// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.arrow.ArrowWindow;
import java.util.Iterator;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Adds an embedding to each row of a partition, in {@code Dataset.mapPartitions}: what {@link
 * EmbedPartition} is to Spark's own rows. Travels to the executors.
 *
 * @param model the model and its options
 * @param text the place of the text in a row
 * @param task the place of its task, where that is a column
 * @param type what the embedding is in a row
 * @param windowRows the most rows gathered before they are encoded
 */
record EmbedRows(TaskModel model, int text, int task, OutputType type, int windowRows)
    implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  /** Instead of a place. */
  static final int NO_TASK = -1;

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    ArrowWindow.Limits limits =
        new ArrowWindow.Limits(windowRows, ArrowWindow.Limits.DEFAULT.textBytes());
    return PartitionEncoder.embed(model, limits, new UserRows(this), EmbedMetrics.none(), rows);
  }
}
