// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static com.holdenkarau.spark.testing.JavaRDDComparisons.assertRDDEquals;
import static com.holdenkarau.spark.testing.JavaRDDComparisons.assertRDDEqualsWithOrder;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.posexplode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.util.ArrowUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code embed}, a stage's operator and its mapPartitions give the same rows in the same order, by
 * the comparisons of spark-testing-base.
 */
class EmbedPathsTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  /** Its vectors are the same to the last bit, whatever batch a text is in. */
  private static final String MODEL = TestTexts.model("static");

  private final DatasetComparisons datasets = new DatasetComparisons();

  private Dataset<Row> rows;

  @BeforeEach
  void keepRows() {
    rows = TestTexts.rows(LOCAL.spark(), 100).withColumnRenamed("a.text", "text").cache();
  }

  @AfterEach
  void forgetRows() {
    rows.unpersist();
  }

  private Dataset<Row> sql() {
    return rows.withColumn("emb", Weft.embed(col("text"), MODEL, Map.of("truncateDim", "8")));
  }

  private Dataset<Row> stage(String path, String type) {
    return new SentenceEmbedder()
        .setModel(MODEL)
        .setInputCol("text")
        .setOutputCol("emb")
        .setTruncateDim(8)
        .setPath(path)
        .setOutputType(type)
        .transform(rows);
  }

  @Test
  void rowsAreTheSameInTheirOrder() {
    assertRDDEqualsWithOrder(sql().toJavaRDD(), stage("operator", "array").toJavaRDD());
    assertRDDEqualsWithOrder(sql().toJavaRDD(), stage("mapPartitions", "array").toJavaRDD());
  }

  @Test
  void rowsAreTheSameAfterAShuffle() {
    Dataset<Row> shuffled = stage("mapPartitions", "array").repartition(2, col("kind"));

    assertRDDEquals(sql().toJavaRDD(), shuffled.toJavaRDD());
    assertThatThrownBy(
            () -> assertRDDEquals(sql().where("id <> 5").toJavaRDD(), shuffled.toJavaRDD()))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"array", "vector"})
  void schemasAndRowsAreTheSame(String type) {
    Dataset<Row> operator = stage("operator", type);
    Dataset<Row> mapped = stage("mapPartitions", type);

    datasets.assertDatasetEquals(operator, mapped);
    datasets.assertDataFrameNoOrderEquals(operator, mapped.orderBy("id"));
    assertThatThrownBy(() -> datasets.assertDatasetEquals(operator, mapped.drop("kind")))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> datasets.assertDatasetEquals(operator, mapped.orderBy("kind")))
        .isInstanceOf(AssertionError.class);
  }

  /** Arrays are compared by equals alone, so that tolerance needs a row a number. */
  @Test
  void numbersAreTheSameButForATolerance() {
    Column floats = functions.vector_to_array(col("emb"), "float32");
    Dataset<Row> whole = numbers(stage("mapPartitions", "array").where("text IS NOT NULL"));
    Dataset<Row> asFloats =
        numbers(stage("operator", "vector").where("text IS NOT NULL").withColumn("emb", floats));
    Dataset<Row> off = whole.withColumn("col", col("col").plus(1e-3f).cast("float"));

    datasets.assertDatasetApproximateEquals(whole, asFloats, 1e-6);
    datasets.assertDatasetApproximateEquals(whole, off, 1e-2);
    assertThatThrownBy(() -> datasets.assertDatasetApproximateEquals(whole, off, 1e-4))
        .isInstanceOf(AssertionError.class);
  }

  private static Dataset<Row> numbers(Dataset<Row> embedded) {
    return embedded.select(col("id"), posexplode(col("emb")));
  }

  @Test
  void mapPartitionsHoldsAWindowAndFreesIt() {
    Dataset<Row> many =
        LOCAL.spark().range(0, 1000, 1, 1).selectExpr("id", "'number ' || id % 500 AS text");
    SentenceEmbedder stage =
        new SentenceEmbedder()
            .setModel(MODEL)
            .setInputCol("text")
            .setPath("mapPartitions")
            .setWindowRows(64);
    EmbedderSpec spec = EmbedderSpec.of(MODEL, Map.of());
    try (EmbedderCache.Lease lease = EmbedderCache.shared().acquire(spec)) {
      long texts = lease.embedder().counters().texts();

      assertThat(stage.transform(many).limit(3).collectAsList()).hasSize(3);
      assertThat(lease.embedder().counters().texts() - texts).isEqualTo(64);
      List<Row> all = stage.transform(many).collectAsList();

      assertThat(all).extracting(row -> row.getLong(0)).isEqualTo(ids(1000));
      assertThat(all.get(999).getList(2)).isEqualTo(all.get(999 % 500).getList(2));
      assertThat(ArrowUtils.rootAllocator().getAllocatedMemory()).isZero();
    }
  }

  private static List<Long> ids(int count) {
    return LongStream.range(0, count).boxed().toList();
  }

  @Test
  void mapPartitionsLoadsNoModelForNoRows() {
    SentenceEmbedder stage =
        new SentenceEmbedder()
            .setModel("/no/such/model")
            .setInputCol("text")
            .setPath("mapPartitions");

    assertThat(stage.transform(rows.where("id < 0")).collectAsList()).isEmpty();
    assertThatThrownBy(() -> stage.transform(rows).collectAsList())
        .hasStackTraceContaining("/no/such/model: no such directory");
  }
}
