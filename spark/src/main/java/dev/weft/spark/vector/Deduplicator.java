// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;

import dev.weft.spark.vector.SimilaritySpec.Pairing;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Function2;

/**
 * Groups of rows whose vectors are nearly the same: two rows with at least a given cosine are of
 * one group, and so are all that a chain of such rows joins. Exact: every vector is compared with
 * every other. Immutable.
 *
 * <pre>{@code
 * Dataset<Row> unique = Deduplicator.minCosine(0.95).withVectorCol("emb").dropDuplicates(articles);
 * }</pre>
 *
 * <p>Finding the groups runs jobs when a method is called, and the rows are read once more when its
 * result is: {@code persist} rows that are expensive, such as those {@code embed} has just made.
 * Rows whose id or vector is NULL, and vectors with a NULL element or of zeros, have no duplicates.
 * Ids identify rows and must be unique.
 */
public final class Deduplicator {
  private static final int MAX_ROUNDS = 100;

  private final float minCosine;
  private final VectorColumns columns;
  private final String groupCol;
  private final SimilarityGrid grid;

  private Deduplicator(
      float minCosine, VectorColumns columns, String groupCol, SimilarityGrid grid) {
    this.minCosine = minCosine;
    this.columns = columns;
    this.groupCol = groupCol;
    this.grid = grid;
  }

  /**
   * Two rows are duplicates if their cosine is at least this; ids are in {@code id}, vectors in
   * {@code embedding}. A cosine is a float, and equal vectors may miss 1 by its last digit.
   *
   * @throws IllegalArgumentException if it is not between −1 and 1
   */
  public static Deduplicator minCosine(double minCosine) {
    if (!(minCosine >= -1 && minCosine <= 1)) {
      throw new IllegalArgumentException(
          "the least cosine of duplicates must be between -1 and 1, but is " + minCosine);
    }
    return new Deduplicator(
        (float) minCosine, VectorColumns.DEFAULT, "group", SimilarityGrid.OF_SESSION);
  }

  /** The column of the ids; any type that Spark can sort. */
  public Deduplicator withIdCol(String name) {
    return new Deduplicator(minCosine, columns.withId(name), groupCol, grid);
  }

  /** The column of the vectors, ARRAY&lt;FLOAT&gt;. */
  public Deduplicator withVectorCol(String name) {
    return new Deduplicator(minCosine, columns.withVector(name), groupCol, grid);
  }

  /** The column that {@link #groups} adds; {@code group} if nothing is said. */
  public Deduplicator withGroupCol(String name) {
    return new Deduplicator(minCosine, columns, name, grid);
  }

  /**
   * Into how many partitions the rows are shuffled; a task compares two. Without it, into the
   * square root of {@code spark.sql.shuffle.partitions}.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Deduplicator withNumPartitions(int partitions) {
    return new Deduplicator(
        minCosine, columns, groupCol, SimilarityGrid.of(partitions, partitions));
  }

  /**
   * All rows with a column more: the smallest id of the row's group, its own if it is alone.
   *
   * @throws IllegalArgumentException if the rows have a column of its name
   */
  public Dataset<Row> groups(Dataset<Row> rows) {
    refuse(rows);
    return rows.join(
            components(rows), rows.col(columns.id()).equalTo(col(Components.MEMBER)), "left")
        .withColumn(groupCol, coalesce(col(Components.ROOT), rows.col(columns.id())))
        .drop(Components.MEMBER, Components.ROOT);
  }

  /** The row with the smallest id of each group. */
  public Dataset<Row> dropDuplicates(Dataset<Row> rows) {
    return rows.join(
        components(rows), rows.col(columns.id()).equalTo(col(Components.MEMBER)), "left_anti");
  }

  private void refuse(Dataset<Row> rows) {
    Function2<String, String, Object> resolver =
        rows.sparkSession().sessionState().conf().resolver();
    if (Arrays.stream(rows.columns()).anyMatch(c -> (Boolean) resolver.apply(c, groupCol))) {
      throw new IllegalArgumentException(
          "column \"" + groupCol + "\" is there already; choose another groupCol or drop it");
    }
  }

  private Dataset<Row> components(Dataset<Row> rows) {
    SimilaritySpec spec =
        new SimilaritySpec(SimilarityMetric.COSINE, Pairing.ONCE, SimilaritySpec.ALL, minCosine);
    Dataset<Row> pairs =
        SimilarityPlan.of(
            grid.shuffleLeft(columns.select(rows)), grid.shuffleRight(columns.select(rows)), spec);
    return Components.of(pairs.select("left_id", "right_id"), MAX_ROUNDS);
  }
}
