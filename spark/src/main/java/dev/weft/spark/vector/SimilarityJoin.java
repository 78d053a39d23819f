// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import dev.weft.spark.vector.SimilaritySpec.Pairing;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * For each row of one data set the k most similar rows of another, exactly: every vector is scored
 * with every other, block by block on the executors. Immutable; runs nothing until the result is
 * asked for.
 *
 * <pre>{@code
 * Dataset<Row> nearest =
 *     SimilarityJoin.topK(10).withIdCol("id").withVectorCol("emb").join(questions, articles);
 * }</pre>
 *
 * <p>The result has the columns {@code left_id}, {@code right_id}, {@code score} (FLOAT) and {@code
 * rank} (INT, from 1). Of equal scores the smaller right id comes first. Rows whose id or vector is
 * NULL, vectors with a NULL element, and pairs without a score (a vector of zeros under cosine, not
 * a number) are left out. Ids identify rows: twice the same id counts as one row.
 *
 * <p>Vectors of unequal dimensions fail the query with {@code VECTOR_DIMENSION_MISMATCH}. Needs a
 * classic session, not Spark Connect.
 */
public final class SimilarityJoin {
  static final String NAME = "similarity_join";

  private final int k;
  private final SimilarityMetric metric;
  private final double minScore;
  private final VectorColumns left;
  private final VectorColumns right;
  private final SimilarityGrid grid;

  private SimilarityJoin(
      int k,
      SimilarityMetric metric,
      double minScore,
      VectorColumns left,
      VectorColumns right,
      SimilarityGrid grid) {
    this.k = k;
    this.metric = metric;
    this.minScore = minScore;
    this.left = left;
    this.right = right;
    this.grid = grid;
  }

  /**
   * Keeps the k best matches of each left row, by cosine; ids are in {@code id}, vectors in {@code
   * embedding}.
   *
   * @throws IllegalArgumentException if k is not positive
   */
  public static SimilarityJoin topK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1, but is " + k);
    }
    return new SimilarityJoin(
        k,
        SimilarityMetric.COSINE,
        Double.NEGATIVE_INFINITY,
        VectorColumns.DEFAULT,
        VectorColumns.DEFAULT,
        SimilarityGrid.OF_SESSION);
  }

  public SimilarityJoin withMetric(SimilarityMetric metric) {
    return new SimilarityJoin(k, metric, minScore, left, right, grid);
  }

  /** Leaves out matches with a lower score. Scores are floats, and so is the limit. */
  public SimilarityJoin withMinScore(double minScore) {
    return new SimilarityJoin(k, metric, minScore, left, right, grid);
  }

  /** The column of the ids on both sides; any type that Spark can sort. */
  public SimilarityJoin withIdCol(String name) {
    return withLeftIdCol(name).withRightIdCol(name);
  }

  public SimilarityJoin withLeftIdCol(String name) {
    return new SimilarityJoin(k, metric, minScore, left.withId(name), right, grid);
  }

  public SimilarityJoin withRightIdCol(String name) {
    return new SimilarityJoin(k, metric, minScore, left, right.withId(name), grid);
  }

  /** The column of the vectors on both sides, ARRAY&lt;FLOAT&gt;. */
  public SimilarityJoin withVectorCol(String name) {
    return withLeftVectorCol(name).withRightVectorCol(name);
  }

  public SimilarityJoin withLeftVectorCol(String name) {
    return new SimilarityJoin(k, metric, minScore, left.withVector(name), right, grid);
  }

  public SimilarityJoin withRightVectorCol(String name) {
    return new SimilarityJoin(k, metric, minScore, left, right.withVector(name), grid);
  }

  /**
   * Into how many partitions each side is shuffled; a task scores one of each. Without it, both
   * into the square root of {@code spark.sql.shuffle.partitions}.
   *
   * @throws IllegalArgumentException if a number is not positive
   */
  public SimilarityJoin withNumPartitions(int left, int right) {
    return new SimilarityJoin(
        k, metric, minScore, this.left, this.right, SimilarityGrid.of(left, right));
  }

  /**
   * The matches of each row of {@code left} among those of {@code right}. A column that is missing
   * or of another type is an {@link org.apache.spark.sql.AnalysisException}.
   */
  public Dataset<Row> join(Dataset<Row> left, Dataset<Row> right) {
    return best(left, right, Pairing.EVERY);
  }

  /**
   * The matches of each row among the other rows, those with another id, in the left columns. A
   * column that is missing or of another type is an {@link org.apache.spark.sql.AnalysisException}.
   */
  public Dataset<Row> selfJoin(Dataset<Row> rows) {
    SimilarityJoin same = new SimilarityJoin(k, metric, minScore, left, left, grid);
    return same.best(rows, rows, Pairing.OTHER_IDS);
  }

  private Dataset<Row> best(Dataset<Row> leftRows, Dataset<Row> rightRows, Pairing pairing) {
    SimilaritySpec spec = new SimilaritySpec(metric, pairing, k, (float) minScore);
    return SimilarityPlan.of(
            grid.shuffleLeft(left.select(leftRows)),
            grid.shuffleRight(right.select(rightRows)),
            spec)
        .withColumn(
            "rank",
            row_number()
                .over(Window.partitionBy("left_id").orderBy(col("score").desc(), col("right_id"))))
        .where(col("rank").leq(k));
  }
}
