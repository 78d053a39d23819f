// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static org.apache.spark.sql.functions.col;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Into how many partitions the two sides are cut; a task scores one of each. Both are shuffled by
 * id, so that what made the vectors runs once, not once for every task that reads them.
 */
record SimilarityGrid(int left, int right) {
  /** As many tasks as {@code spark.sql.shuffle.partitions} says, or a few more. */
  static final SimilarityGrid OF_SESSION = new SimilarityGrid(0, 0);

  static SimilarityGrid of(int left, int right) {
    if (left < 1 || right < 1) {
      throw new IllegalArgumentException(
          "each side needs at least one partition, but got " + left + " and " + right);
    }
    return new SimilarityGrid(left, right);
  }

  Dataset<Row> shuffleLeft(Dataset<Row> rows) {
    return shuffle(rows, left);
  }

  Dataset<Row> shuffleRight(Dataset<Row> rows) {
    return shuffle(rows, right);
  }

  private Dataset<Row> shuffle(Dataset<Row> rows, int partitions) {
    return rows.repartition(equals(OF_SESSION) ? ofSession(rows) : partitions, col("id"));
  }

  private static int ofSession(Dataset<Row> rows) {
    String tasks = rows.sparkSession().conf().get("spark.sql.shuffle.partitions");
    return (int) Math.ceil(Math.sqrt(Integer.parseInt(tasks)));
  }
}
