// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.spark;

import static dev.weft.spark.vector.VectorFunctions.vector_cosine_similarity;
import static dev.weft.spark.vector.VectorFunctions.vector_normalize;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import dev.weft.spark.vector.SimilarityJoin;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Finds the nearest of random vectors by SimilarityJoin and by a cross join in SQL, in one run;
 * {@code bench join} calls it.
 */
@Command(name = "join-rate", hidden = true, description = "measure SimilarityJoin")
final class JoinRateCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ROWS", defaultValue = "4000")
  private int rows;

  @Parameters(index = "1", paramLabel = "DIMENSION", defaultValue = "384")
  private int dimension;

  @Parameters(index = "2", paramLabel = "K", defaultValue = "10")
  private int k;

  @Parameters(index = "3", paramLabel = "REPEAT", defaultValue = "3")
  private int repeat;

  @Override
  public Integer call() {
    SparkSession spark = SparkEmbedding.session("weft-bench");
    spark.conf().set("spark.sql.shuffle.partitions", "16");
    try {
      Dataset<Row> left = vectors(spark, 1);
      Dataset<Row> right = vectors(spark, 2);
      report("cross join", crossJoin(left, right));
      report("similarity join", SimilarityJoin.topK(k).join(left, right));
    } finally {
      spark.stop();
    }
    return 0;
  }

  private Dataset<Row> vectors(SparkSession spark, int seed) {
    String component = "cast(pmod(xxhash64(id, i, " + seed + "), 2001) - 1000 AS float)";
    Dataset<Row> made =
        spark
            .range(rows)
            .selectExpr(
                "id", "transform(sequence(1, " + dimension + "), i -> " + component + ") AS raw")
            .select(col("id"), vector_normalize(col("raw")).as("embedding"))
            .persist();
    made.count();
    return made;
  }

  private Dataset<Row> crossJoin(Dataset<Row> left, Dataset<Row> right) {
    return left.toDF("left_id", "a")
        .crossJoin(right.toDF("right_id", "b"))
        .select(
            col("left_id"),
            col("right_id"),
            vector_cosine_similarity(col("a"), col("b")).as("score"))
        .withColumn(
            "rank",
            row_number()
                .over(Window.partitionBy("left_id").orderBy(col("score").desc(), col("right_id"))))
        .where(col("rank").leq(k));
  }

  private void report(String what, Dataset<Row> result) {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < repeat; i++) {
      long start = System.nanoTime();
      result.write().format("noop").mode("overwrite").save();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    System.out.printf(
        Locale.ROOT,
        "{\"what\":\"%s\",\"pairs\":%d,\"seconds\":%.3f,\"pairs_per_second\":%.0f}%n",
        what,
        (long) rows * rows,
        best,
        (double) rows * rows / best);
  }
}
