// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.arrow.ArrowWindow;
import dev.weft.spark.arrow.ArrowStreamsExec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.plans.physical.HashPartitioning;
import org.apache.spark.sql.catalyst.plans.physical.UnknownPartitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import org.apache.spark.sql.util.ArrowUtils;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Vectors that leave the operator as columns. */
class EmbedColumnsTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();
  @RegisterExtension final CountedModel model = new CountedModel();

  private static final int ROWS = 24;

  @TempDir Path folder;

  /** Tasks of another class that were told to stop may still hold a window. */
  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (ArrowUtils.rootAllocator().getAllocatedMemory() > 0 && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    assertThat(ArrowUtils.rootAllocator().getAllocatedMemory()).isZero();
  }

  private static Dataset<Row> embedded(Dataset<Row> rows) {
    return rows.select(col("id"), embed(col("text"), CountedModel.PATH).as("emb"));
  }

  private static Dataset<Row> local() {
    return CountedModel.rows(LOCAL.spark(), ROWS);
  }

  private Dataset<Row> parquet() {
    String path = folder.resolve("texts").toString();
    local().coalesce(1).write().parquet(path);
    return LOCAL.spark().read().parquet(path);
  }

  private static SparkPlan plan(Dataset<?> query) {
    return ((org.apache.spark.sql.classic.Dataset<?>) query).queryExecution().executedPlan();
  }

  /** The batches of a plan whose columns are an id and a vector, as rows. */
  private static List<Row> columns(SparkPlan plan) {
    FlatMapFunction<Iterator<ColumnarBatch>, Row> read =
        batches -> {
          List<Row> rows = new ArrayList<>();
          while (batches.hasNext()) {
            ColumnarBatch batch = batches.next();
            ArrowColumnVector vectors = (ArrowColumnVector) batch.column(1);
            for (int i = 0; i < batch.numRows(); i++) {
              rows.add(RowFactory.create(batch.column(0).getInt(i), floats(vectors, i)));
            }
          }
          return rows.iterator();
        };
    return plan.executeColumnar().toJavaRDD().mapPartitions(read).collect();
  }

  private static List<Float> floats(ArrowColumnVector vectors, int row) {
    if (vectors.isNullAt(row)) {
      return null;
    }
    List<Float> floats = new ArrayList<>();
    ColumnarArray array = vectors.getArray(row);
    for (float value : array.toFloatArray()) {
      floats.add(value);
    }
    return floats;
  }

  private static void assertSameVectors(List<Row> actual, Dataset<Row> expected) {
    List<Row> rows = expected.collectAsList();
    assertThat(actual).hasSameSizeAs(rows);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).getInt(0)).isEqualTo(rows.get(i).getInt(0));
      List<Float> vector = rows.get(i).isNullAt(1) ? null : rows.get(i).getList(1);
      assertThat((Object) actual.get(i).getAs(1)).isEqualTo(vector);
    }
  }

  @Test
  void columnsComeFromColumns() {
    Dataset<Row> query = embedded(parquet());
    assertThat(plan(query).supportsColumnar()).isTrue();
    assertThat(plan(query).supportsRowBased()).isTrue();
    model.restart();

    List<Row> columns = columns(plan(query));

    assertThat(model.texts()).isEqualTo(ROWS - 1);
    assertThat(columns).filteredOn(row -> row.isNullAt(1)).hasSize(1);
    assertSameVectors(columns, query);
    assertThat(EmbedPlans.metrics(query).get(EmbedMetrics.ROWS)).isEqualTo(ROWS);
  }

  @Test
  void columnsComeFromRowsTooIfTheyAreAskedFor() {
    Dataset<Row> query = embedded(local());
    assertThat(plan(query).supportsColumnar()).as("rows in, rows out").isFalse();
    assertThat(((EmbedExec) plan(query)).givesBatches()).isTrue();

    assertSameVectors(columns(plan(query)), query);
  }

  @Test
  void aBatchOfRowsIsNoLargerThanAWindow() {
    int rows = ArrowWindow.Limits.DEFAULT.rows() + 100;
    Dataset<Row> query =
        embedded(
            LOCAL
                .spark()
                .range(0, rows, 1, 1)
                .selectExpr("CAST(id AS INT) AS id", "CAST(id % 10 AS STRING) AS text"));
    FlatMapFunction<Iterator<ColumnarBatch>, Integer> sizes =
        batches -> {
          List<Integer> found = new ArrayList<>();
          batches.forEachRemaining(batch -> found.add(batch.numRows()));
          return found.iterator();
        };

    assertThat(plan(query).executeColumnar().toJavaRDD().mapPartitions(sizes).collect())
        .containsExactly(ArrowWindow.Limits.DEFAULT.rows(), 100);
  }

  @Test
  void whatIsNoVectorStaysInRows() {
    Map<String, Object> struct = Map.of("onError", "struct");
    Dataset<Row> query =
        parquet().select(col("id"), embed(col("text"), CountedModel.PATH, struct).as("emb"));
    assertThat(plan(query).supportsColumnar()).isFalse();
    assertThat(query.collectAsList()).hasSize(ROWS);
  }

  @Test
  void columnsThatNobodyReadsAreLeftOutByTheOperator() {
    Dataset<Row> query = local().select(embed(col("text"), CountedModel.PATH).as("emb"), col("id"));
    assertThat(plan(query)).isInstanceOf(EmbedExec.class);
    assertThat(query.columns()).containsExactly("emb", "id");
    List<Row> found = query.collectAsList();
    List<Row> expected = embedded(local()).collectAsList();
    for (int i = 0; i < ROWS; i++) {
      assertThat(found.get(i).getInt(1)).isEqualTo(expected.get(i).getInt(0));
      assertThat(found.get(i).<Object>getAs(0)).isEqualTo(expected.get(i).getAs(1));
    }
  }

  @Test
  void whatIsSaidOfRowsIsSaidInTheColumnsThatGoOut() {
    Dataset<Row> sorted = local().repartition(3, col("text")).sortWithinPartitions("id", "text");
    Dataset<Row> whole = sorted.withColumn("emb", embed(col("text"), CountedModel.PATH));
    Dataset<Row> cut = embedded(sorted);

    assertThat(operator(whole).outputPartitioning()).isInstanceOf(HashPartitioning.class);
    assertThat(operator(whole).outputOrdering().size()).isEqualTo(2);
    assertThat(operator(cut).outputPartitioning()).isEqualTo(new UnknownPartitioning(3));
    assertThat(operator(cut).outputOrdering().size()).isEqualTo(1);
    assertThat(cut.union(cut).groupBy("id").count().filter("count = 2").count()).isEqualTo(ROWS);
  }

  /** The operator on top of a plan that has run. */
  private static SparkPlan operator(Dataset<Row> query) {
    query.collectAsList();
    return ((AdaptiveSparkPlanExec) plan(query)).executedPlan();
  }

  @Test
  void streamsHoldWhatTheRowsDo() throws IOException {
    Dataset<Row> query =
        local().select(col("text"), embed(col("text"), CountedModel.PATH).as("emb"));
    Dataset<byte[]> streams = Weft.toArrow(query);
    assertThat(plan(streams)).isInstanceOf(ArrowStreamsExec.class);
    List<Row> expected = query.collectAsList();

    int row = 0;
    for (byte[] stream : streams.collectAsList()) {
      try (ArrowStreamReader reader =
          new ArrowStreamReader(new ByteArrayInputStream(stream), ArrowUtils.rootAllocator())) {
        assertThat(reader.loadNextBatch()).isTrue();
        VarCharVector texts = (VarCharVector) reader.getVectorSchemaRoot().getVector("text");
        ListVector vectors = (ListVector) reader.getVectorSchemaRoot().getVector("emb");
        for (int i = 0; i < vectors.getValueCount(); i++, row++) {
          assertThat(vectors.isNull(i)).isEqualTo(expected.get(row).isNullAt(1));
          if (!vectors.isNull(i)) {
            assertThat(texts.getObject(i)).hasToString(expected.get(row).getString(0));
            List<Float> vector = expected.get(row).getList(1);
            Float4Vector values = (Float4Vector) vectors.getDataVector();
            int start = vectors.getElementStartIndex(i);
            assertThat(vectors.getElementEndIndex(i) - start).isEqualTo(vector.size());
            for (int j = 0; j < vector.size(); j++) {
              assertThat(values.get(start + j)).isEqualTo(vector.get(j));
            }
          }
        }
        assertThat(reader.loadNextBatch()).isFalse();
      }
    }
    assertThat(row).isEqualTo(ROWS);
  }

  @Test
  void plansThatGiveColumnsInAnotherOrderAreNotTheSame() {
    String other = TestTexts.model("static");
    Dataset<Row> both =
        local()
            .select(
                embed(col("text"), CountedModel.PATH).as("a"), embed(col("text"), other).as("b"));
    Dataset<Row> query =
        both.select("a", "b").repartition(4).union(both.select("b", "a").repartition(4));

    List<Row> found = query.collectAsList();

    assertThat(found).hasSize(2 * ROWS);
    assertThat(found)
        .filteredOn(row -> !row.isNullAt(0))
        .extracting(row -> row.getList(0).size())
        .containsOnly(CountedModel.WIDTH, both.select("b").first().getList(0).size())
        .filteredOn(width -> width == CountedModel.WIDTH)
        .hasSize(ROWS - 1);
  }
}
