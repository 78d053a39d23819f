// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Embedder;
import dev.weft.EncodeCounters;
import dev.weft.EncodeOptions;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.ArrowUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbedTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODEL =
      Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
          .toAbsolutePath()
          .normalize()
          .toString();

  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.IntegerType, false)
          .add("text", DataTypes.StringType, true);

  /** The model before the query, to count what the query adds. */
  private EmbedderCache.Lease lease;

  private EncodeCounters before;

  @BeforeEach
  void holdTheModel() {
    lease = EmbedderCache.shared().acquire(EmbedderSpec.of(MODEL, Map.of()));
    before = lease.embedder().counters();
  }

  @AfterEach
  void releaseTheModel() {
    lease.close();
  }

  private long textsEmbedded() {
    return lease.embedder().counters().texts() - before.texts();
  }

  /** All different, some without a token of their own. */
  private static String text(int i) {
    return i % 7 == 0
        ? " ".repeat(i / 7)
        : "a man plays number " + i + " on the guitar ".repeat(i % 5);
  }

  private static Dataset<Row> rows(int count, int partitions) {
    List<Row> rows =
        IntStream.range(0, count)
            .mapToObj(i -> RowFactory.create(i, i % 11 == 3 ? null : text(i)))
            .toList();
    return LOCAL.spark().createDataFrame(rows, SCHEMA).repartition(partitions, col("id"));
  }

  private static float[] vector(Row row, String column) {
    List<Float> values = row.getList(row.fieldIndex(column));
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = values.get(i);
    }
    return vector;
  }

  private float medianOfFirstComponents(int count) {
    List<String> texts =
        IntStream.range(0, count).filter(i -> i % 11 != 3).mapToObj(EmbedTest::text).toList();
    float[] firsts = new float[texts.size()];
    float[][] vectors = lease.embedder().encode(texts);
    for (int i = 0; i < firsts.length; i++) {
      firsts[i] = vectors[i][0];
    }
    Arrays.sort(firsts);
    return (firsts[firsts.length / 2] + firsts[firsts.length / 2 - 1]) / 2;
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i])).isLessThanOrEqualTo(1e-5f);
    }
  }

  @Test
  void withColumnGivesTheVectorsOfTheEmbedder() {
    List<Row> result = rows(100, 3).withColumn("emb", embed(col("text"), MODEL)).collectAsList();
    assertThat(result).hasSize(100);
    Embedder embedder = lease.embedder();
    for (Row row : result) {
      if (row.isNullAt(1)) {
        assertThat(row.isNullAt(2)).as("null in, null out").isTrue();
      } else {
        assertClose(vector(row, "emb"), embedder.encode(List.of(row.getString(1)))[0]);
      }
    }
  }

  @Test
  void sqlUsesTheModelOfTheSession() {
    LOCAL.spark().conf().set("spark.weft.model", MODEL);
    try {
      rows(20, 1).createOrReplaceTempView("articles");
      Dataset<Row> result =
          LOCAL.spark().sql("SELECT id, embed(text) AS emb FROM articles WHERE text IS NOT NULL");
      assertThat(result.schema().apply("emb").dataType())
          .isEqualTo(DataTypes.createArrayType(DataTypes.FloatType, false));
      assertThat(result.collectAsList()).hasSize(18).allMatch(r -> vector(r, "emb").length == 32);
    } finally {
      LOCAL.spark().conf().unset("spark.weft.model");
    }
  }

  @Test
  void optionsReachTheModel() {
    Map<String, String> options =
        Map.of("truncateDim", "8", "normalize", "true", "prompt", "query: ");
    Row row =
        rows(2, 1)
            .where(col("id").equalTo(1))
            .withColumn("emb", embed(col("text"), MODEL, options))
            .first();
    EncodeOptions same =
        EncodeOptions.DEFAULT.withTruncateDim(8).normalized().withPrompt("query: ");
    assertClose(vector(row, "emb"), lease.embedder().encode(List.of(text(1)), same)[0]);
  }

  @Test
  void anOptionThatIsNullIsNotSet() {
    Map<String, Object> options = new HashMap<>(Map.of("truncateDim", "8"));
    options.put("prompt", null);
    rows(2, 1).where(col("id").equalTo(1)).createOrReplaceTempView("one");

    Row row =
        LOCAL.spark().table("one").select(embed(col("text"), MODEL, options).as("emb")).first();
    assertClose(
        vector(row, "emb"),
        lease.embedder().encode(List.of(text(1)), EncodeOptions.DEFAULT.withTruncateDim(8))[0]);

    for (String none :
        List.of(
            "map('prompt', CAST(NULL AS STRING))",
            "map('promptName', CASE WHEN id < 0 THEN text END, 'prompt', CAST(NULL AS STRING))",
            "CAST(NULL AS MAP<STRING, STRING>)")) {
      row =
          LOCAL
              .spark()
              .sql("SELECT embed(text, '" + MODEL + "', " + none + ") AS emb FROM one")
              .first();
      assertClose(vector(row, "emb"), lease.embedder().encode(List.of(text(1)))[0]);
    }
  }

  @Test
  void fourTasksLoadOneModel() {
    long loads = EmbedderCache.shared().loads();
    // Another number of batch tokens is another model to the cache, so this one is not loaded yet.
    Map<String, String> options = Map.of("batchTokens", "333");
    Dataset<Row> result = rows(400, 4).withColumn("emb", embed(col("text"), MODEL, options));
    assertThat(result.toJavaRDD().getNumPartitions()).isEqualTo(4);
    assertThat(result.collectAsList()).hasSize(400);
    assertThat(EmbedderCache.shared().loads() - loads).isEqualTo(1);
  }

  @Test
  void aFilterOnTheEmbeddingDoesNotRunTheModelTwice() {
    float median = medianOfFirstComponents(55);
    before = lease.embedder().counters();
    Dataset<Row> result =
        rows(55, 2)
            .withColumn("emb", embed(col("text"), MODEL))
            .where(call_function("element_at", col("emb"), lit(1)).gt(median));
    assertThat(result.collectAsList()).hasSizeBetween(20, 30);
    assertThat(textsEmbedded()).isEqualTo(50);
  }

  @Test
  void aFilterOnOtherColumnsRunsBeforeTheModel() {
    Dataset<Row> result =
        rows(55, 2).withColumn("emb", embed(col("text"), MODEL)).where(col("id").lt(10));
    assertThat(result.collectAsList()).hasSize(10);
    assertThat(textsEmbedded()).isEqualTo(9);
  }

  @Test
  void aLimitEmbedsNoMoreRowsThanItReturns() {
    Dataset<Row> result = rows(200, 1).withColumn("emb", embed(col("text"), MODEL));
    assertThat(result.limit(5).collectAsList()).hasSize(5);
    assertThat(textsEmbedded()).isLessThanOrEqualTo(5);
    assertThat(result.takeAsList(3)).hasSize(3);
    assertThat(textsEmbedded()).isLessThanOrEqualTo(8);
  }

  @Test
  void anEmbeddingNobodyReadsIsNotComputed() {
    Dataset<Row> result = rows(50, 2).withColumn("emb", embed(col("text"), MODEL));
    assertThat(result.count()).isEqualTo(50);
    assertThat(result.select("id").collectAsList()).hasSize(50);
    assertThat(textsEmbedded()).isZero();
  }

  @Test
  void equalCallsOfOneOperatorRunOnce() {
    Dataset<Row> result =
        rows(11, 1)
            .select(embed(col("text"), MODEL).as("a"), size(embed(col("text"), MODEL)).as("width"));
    assertThat(result.collectAsList()).hasSize(11);
    assertThat(textsEmbedded()).isEqualTo(10);
  }

  @Test
  void aCallInWhereAndOneInSelectWork() {
    rows(22, 1).createOrReplaceTempView("t");
    float median = medianOfFirstComponents(22);
    before = lease.embedder().counters();
    String call = "embed(text, '" + MODEL + "')";
    List<Row> result =
        LOCAL
            .spark()
            .sql("SELECT id, " + call + " AS emb FROM t WHERE " + call + "[0] > " + median + "D")
            .collectAsList();
    assertThat(result).hasSizeBetween(8, 12).allMatch(row -> vector(row, "emb")[0] > median - 1e-5);
    assertThat(textsEmbedded()).as("once a row").isEqualTo(20);
  }

  @Test
  void aTextThatIsNotDeterministicWorks() {
    Column text = functions.concat(lit("number "), functions.rand().multiply(9).cast("int"));
    List<Row> result = rows(20, 2).select(embed(text, MODEL).as("emb")).collectAsList();
    assertThat(result).hasSize(20).allMatch(row -> vector(row, "emb").length == 32);
  }

  @Test
  void aSelfJoinOfEmbeddingsWorks() {
    Dataset<Row> emb =
        rows(12, 2).where("text IS NOT NULL").withColumn("emb", embed(col("text"), MODEL));
    Dataset<Row> pairs = emb.as("a").join(emb.as("b"), col("a.id").plus(1).equalTo(col("b.id")));
    List<Row> result = pairs.select(col("a.emb").as("x"), col("b.emb").as("y")).collectAsList();
    assertThat(result).hasSize(9);
    assertThat(result).allMatch(r -> !Arrays.equals(vector(r, "x"), vector(r, "y")));
  }

  @Test
  void aPartitionLargerThanAWindowKeepsItsOrder() {
    int count = 9000;
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(RowFactory.create(i, "number " + i % 100));
    }
    List<Row> result =
        LOCAL
            .spark()
            .createDataFrame(rows, SCHEMA)
            .coalesce(1)
            .withColumn("emb", embed(col("text"), MODEL))
            .collectAsList();
    assertThat(result).hasSize(count);
    assertThat(ArrowUtils.rootAllocator().getAllocatedMemory())
        .as("all windows are freed")
        .isZero();
    assertThat(ArrowUtils.rootAllocator().getPeakMemoryAllocation())
        .as("no more than the windows of four tasks at once")
        .isLessThan(4 * 4L * 4096 * (32 * Float.BYTES + 64));
    float[][] expected =
        lease.embedder().encode(IntStream.range(0, 100).mapToObj(i -> "number " + i).toList());
    for (int i = 0; i < count; i++) {
      assertThat(result.get(i).getInt(0)).isEqualTo(i);
      assertClose(vector(result.get(i), "emb"), expected[i % 100]);
    }
  }

  @Test
  void aColumnThatIsNotAStringIsRefusedWhenTheQueryIsAnalyzed() {
    assertThatThrownBy(() -> rows(1, 1).withColumn("emb", embed(col("id"), MODEL)))
        .hasMessageContaining("embed() takes a text or an array of texts")
        .hasMessageContaining("INT")
        .hasMessageContaining("CAST");
  }

  @Test
  void wrongArgumentsAreRefusedWhenTheQueryIsAnalyzed() {
    assertThatThrownBy(() -> rows(1, 1).select(embed(col("text"))))
        .hasMessageContaining("spark.weft.model");
    assertThatThrownBy(
            () -> rows(1, 1).select(embed(col("text"), MODEL, Map.of("truncate_dim", "8"))))
        .hasMessageContaining("option \"truncate_dim\" is not known")
        .hasMessageContaining("truncateDim");
    assertThatThrownBy(() -> rows(1, 1).select(call_function("embed", col("text"), col("text"))))
        .hasMessageContaining("must be a literal string");
  }

  @Test
  void aMissingModelFailsTheJobWithItsName() {
    assertThatThrownBy(
            () -> rows(5, 1).select(embed(col("text"), "/no/such/model")).collectAsList())
        .hasStackTraceContaining("/no/such/model: no such directory");
  }

  @Test
  void theTaskMayBeAColumn() {
    String router = MODEL.replace("bert-mean-normalize", "router");
    StructType schema = SCHEMA.add("kind", DataTypes.StringType, true);
    List<String> kinds = Arrays.asList("query", "document", null);
    List<Row> rows =
        IntStream.range(0, 40)
            .mapToObj(i -> RowFactory.create(i, i % 11 == 3 ? null : text(i), kinds.get(i % 3)))
            .toList();
    LOCAL.spark().createDataFrame(rows, schema).repartition(3).createOrReplaceTempView("asked");

    List<Row> found =
        LOCAL
            .spark()
            .sql(
                "SELECT *, embed(text, '"
                    + router
                    + "', map('task', kind, 'truncateDim', '8')) AS emb FROM asked")
            .collectAsList();

    assertThat(found).hasSize(40);
    try (Embedder embedder = Embedder.load(router)) {
      for (Row row : found) {
        if (row.isNullAt(1)) {
          assertThat(row.isNullAt(3)).isTrue();
          continue;
        }
        EncodeOptions cut = EncodeOptions.DEFAULT.withTruncateDim(8);
        EncodeOptions options = row.isNullAt(2) ? cut : cut.withTask(row.getString(2));
        assertClose(vector(row, "emb"), embedder.encode(List.of(row.getString(1)), options)[0]);
      }
      String text = text(1);
      assertThat(embedder.encodeQuery(List.of(text), EncodeOptions.DEFAULT)[0])
          .as("the routes differ")
          .isNotEqualTo(embedder.encodeDocument(List.of(text), EncodeOptions.DEFAULT)[0]);
    }
  }

  @Test
  void optionsOtherThanTaskAndPromptNameMustBeLiterals() {
    Column call = embed(col("text"), MODEL, Map.of("prompt", col("text")));

    assertThatThrownBy(() -> rows(3, 1).withColumn("emb", call))
        .hasMessageContaining(
            "the options of embed() must be a literal map of strings, such as"
                + " map('truncateDim', '128'), in which only task and promptName may be columns, but are");
  }
}
