// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** What a row gets: a vector, many, NULL, or an error. */
class EmbedOutcomeTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODELS =
      Path.of("../common/src/test/resources/parity").toAbsolutePath().normalize() + "/%s/model";

  private static final String MODEL = MODELS.formatted("bert-mean-normalize");
  private static final String ROUTER = MODELS.formatted("router");
  private static final String PROMPTS = MODELS.formatted("prompts-exclude");

  private static final String LONG = "the dog ".repeat(300);

  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.IntegerType, false)
          .add("text", DataTypes.StringType, true)
          .add("kind", DataTypes.StringType, true);

  private static Embedder embedder;
  private static int max;

  @BeforeAll
  static void load() {
    embedder = Embedder.load(MODEL);
    max = embedder.pipeline().maxSeqLength();
  }

  @AfterAll
  static void close() {
    embedder.close();
  }

  private static Dataset<Row> rows(String... texts) {
    return rows(Arrays.asList(texts), List.of("x"));
  }

  private static Dataset<Row> rows(List<String> texts, List<String> kinds) {
    List<Row> rows =
        IntStream.range(0, texts.size())
            .mapToObj(i -> RowFactory.create(i, texts.get(i), kinds.get(i % kinds.size())))
            .toList();
    return LOCAL.spark().createDataFrame(rows, SCHEMA).coalesce(1);
  }

  private static Map<String, Object> refusing(String onError) {
    return new TreeMap<>(Map.of("longTexts", "fail", "onError", onError));
  }

  private static float[] floats(List<Float> values) {
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = values.get(i);
    }
    return vector;
  }

  private static void assertVector(List<Float> actual, String text) {
    float[] expected = embedder.encode(List.of(text))[0];
    assertThat(floats(actual)).containsExactly(expected, within(1e-5f));
  }

  @Test
  void aTextThatFailsEndsTheJobAndIsNamed() {
    Dataset<Row> query =
        rows("a man", LONG, "a dog").select(embed(col("text"), MODEL, refusing("fail")));

    assertThatThrownBy(query::collectAsList)
        .hasStackTraceContaining(
            "the text \"the dog the dog the dog the dog the dog the dog the dog the dog the dog the"
                + " dog …\" has no vector: it has 602 tokens, the model takes at most "
                + max);
  }

  @Test
  void aTextThatFailsMayBeNullInstead() {
    Dataset<Row> query =
        rows("a man", LONG, null, "a dog", LONG)
            .withColumn("emb", embed(col("text"), MODEL, refusing("null")));

    List<Row> found = query.collectAsList();

    assertThat(query.schema().apply("emb").dataType())
        .isEqualTo(DataTypes.createArrayType(DataTypes.FloatType, false));
    assertThat(query.schema().apply("emb").nullable()).isTrue();
    assertVector(found.get(0).getList(3), "a man");
    assertThat(IntStream.range(0, 5).filter(i -> found.get(i).isNullAt(3)))
        .containsExactly(1, 2, 4);
    assertVector(found.get(3).getList(3), "a dog");
  }

  @Test
  void aTextThatFailsMayHaveItsErrorBesideIt() {
    LOCAL.spark().conf().set("spark.weft.onError", "struct");
    try {
      Dataset<Row> query =
          rows("a man", LONG, null, "a dog")
              .withColumn("emb", embed(col("text"), MODEL, Map.of("longTexts", "fail")));

      assertThat(query.schema().apply("emb").dataType().sql())
          .isEqualTo("STRUCT<embedding: ARRAY<FLOAT>, error: STRING>");
      List<Row> found = query.collectAsList();
      for (int i : new int[] {0, 3}) {
        Row outcome = found.get(i).getStruct(3);
        assertVector(outcome.getList(0), found.get(i).getString(1));
        assertThat(outcome.isNullAt(1)).isTrue();
      }
      assertThat(found.get(1).getStruct(3).isNullAt(0)).isTrue();
      assertThat(found.get(1).getStruct(3).getString(1))
          .isEqualTo("it has 602 tokens, the model takes at most " + max);
      assertThat(found.get(2).isNullAt(3)).as("null in, null out").isTrue();
      assertThat(query.where("emb.error IS NOT NULL").count()).isEqualTo(1);
    } finally {
      LOCAL.spark().conf().unset("spark.weft.onError");
    }
  }

  @Test
  void aTextThatIsCutMayKeepItsVectorAndHaveAReportBesideIt() {
    Map<String, Object> reporting = Map.of("longTexts", "report", "onError", "struct");
    Dataset<Row> query =
        rows("a man", LONG, null, LONG).withColumn("emb", embed(col("text"), MODEL, reporting));

    List<Row> found = query.collectAsList();

    assertVector(found.get(0).getStruct(3).getList(0), "a man");
    assertThat(found.get(0).getStruct(3).isNullAt(1)).isTrue();
    for (int i : new int[] {1, 3}) {
      assertVector(found.get(i).getStruct(3).getList(0), LONG);
      assertThat(found.get(i).getStruct(3).getString(1))
          .isEqualTo("it has 602 tokens, of which the model took " + max);
    }
    assertThat(found.get(2).isNullAt(3)).isTrue();
    Map<String, Long> metrics = EmbedPlans.metrics(query);
    assertThat(metrics.get(EmbedMetrics.TRUNCATED)).isEqualTo(1);
    assertThat(metrics.get(EmbedMetrics.ERRORS)).isZero();
    assertThatThrownBy(
            () -> rows("a").select(embed(col("text"), MODEL, Map.of("longTexts", "report"))))
        .hasMessageContaining("can only be \"report\" where onError is \"struct\"");
  }

  @Test
  void anUnknownTaskOrPromptOfARowIsThatRowsError() {
    List<String> texts = List.of("a", "b", "c", "d", "e", "f");
    List<String> tasks = Arrays.asList("query", "passage", null, "document", "passage", "query");
    List<Row> found =
        rows(texts, tasks)
            .withColumn(
                "emb", embed(col("text"), ROUTER, Map.of("task", col("kind"), "onError", "struct")))
            .collectAsList();

    assertThat(found).filteredOn(row -> row.getStruct(3).isNullAt(0)).hasSize(2);
    for (int i : new int[] {1, 4}) {
      assertThat(found.get(i).getStruct(3).getString(1))
          .isEqualTo("No route found for task type 'passage'. Available routes: [query, document]");
    }
    assertThatThrownBy(
            () ->
                rows(texts, tasks)
                    .select(embed(col("text"), ROUTER, Map.of("task", col("kind"))))
                    .collectAsList())
        .hasStackTraceContaining(
            "the text \"b\" has no vector: No route found for task type 'passage'.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "struct"})
  void whatIsNotAboutARowAlwaysEndsTheJob(String onError) {
    assertThatThrownBy(
            () ->
                rows("a")
                    .select(embed(col("text"), "/no/such/model", Map.of("onError", onError)))
                    .collectAsList())
        .hasStackTraceContaining("/no/such/model: no such directory");
    assertThatThrownBy(
            () ->
                rows("a")
                    .select(
                        embed(col("text"), MODEL, Map.of("promptName", "x", "onError", onError)))
                    .collectAsList())
        .hasStackTraceContaining("prompt name \"x\" is not one of the model's prompts");
  }

  @Test
  void anUnknownPolicyIsRefusedWhenTheQueryIsAnalyzed() {
    assertThatThrownBy(() -> rows("a").select(embed(col("text"), MODEL, refusing("skip"))))
        .hasMessageContaining(
            "option \"onError\" cannot be \"skip\" (it must be fail, null or struct)");
  }

  @Test
  void longTextsMayBeSplit() {
    EncodeOptions split = EncodeOptions.DEFAULT.withLongTexts("split");
    String text = String.join(" ", IntStream.range(0, 99).mapToObj(i -> "number " + i).toList());
    Row row = rows(text).select(embed(col("text"), MODEL, Map.of("longTexts", "split"))).first();

    float[] expected = embedder.encode(List.of(text), split)[0];
    assertThat(floats(row.getList(0))).containsExactly(expected, within(1e-5f));
    assertThat(expected).isNotEqualTo(embedder.encode(List.of(text))[0]);
  }

  @Test
  void thePromptMayBeAColumn() {
    List<String> kinds = Arrays.asList("query", "document", null);
    List<String> texts = Arrays.asList("a man", "a man", "a man", null, "two dogs", "snow", "");
    rows(texts, kinds).createOrReplaceTempView("asked");

    List<Row> found =
        LOCAL
            .spark()
            .sql("SELECT *, embed(text, '" + PROMPTS + "', map('promptName', kind)) FROM asked")
            .collectAsList();

    try (Embedder prompted = Embedder.load(PROMPTS)) {
      float[] query = prompted.encodeQuery(List.of("a man"), EncodeOptions.DEFAULT)[0];
      float[] byDefault = prompted.encode(List.of("a man"))[0];
      assertThat(query).isNotEqualTo(byDefault);
      for (Row row : found) {
        if (row.isNullAt(1)) {
          assertThat(row.isNullAt(3)).isTrue();
          continue;
        }
        EncodeOptions options =
            row.isNullAt(2)
                ? EncodeOptions.DEFAULT
                : EncodeOptions.DEFAULT.withPromptName(row.getString(2));
        float[] expected = prompted.encode(List.of(row.getString(1)), options)[0];
        assertThat(floats(row.getList(3))).containsExactly(expected, within(1e-5f));
      }
    }
  }

  @Test
  void taskAndPromptMayBothBeColumnsAndALiteralStandsForNull() {
    List<String> kinds = Arrays.asList("query", null, "document");
    List<Row> found =
        rows(List.of("a", "b", "c", "d"), kinds)
            .withColumn(
                "emb",
                embed(
                    col("text"),
                    ROUTER,
                    Map.of("task", col("kind"), "promptName", kindByADetour())))
            .collectAsList();

    try (Embedder router = Embedder.load(ROUTER)) {
      for (Row row : found) {
        EncodeOptions options =
            row.isNullAt(2)
                ? EncodeOptions.DEFAULT
                : EncodeOptions.DEFAULT.withTask(row.getString(2)).withPromptName(row.getString(2));
        float[] expected = router.encode(List.of(row.getString(1)), options)[0];
        assertThat(floats(row.getList(3))).containsExactly(expected, within(1e-5f));
      }
    }
  }

  /** So that the two columns are two expressions. */
  private static Column kindByADetour() {
    return functions.lower(functions.upper(col("kind")));
  }

  private static Dataset<Row> arrays(List<List<String>> arrays) {
    StructType schema =
        new StructType()
            .add("id", DataTypes.IntegerType, false)
            .add("texts", DataTypes.createArrayType(DataTypes.StringType, true), true);
    List<Row> rows =
        IntStream.range(0, arrays.size())
            .mapToObj(i -> RowFactory.create(i, arrays.get(i)))
            .toList();
    return LOCAL.spark().createDataFrame(rows, schema).coalesce(1);
  }

  private static final List<List<String>> ARRAYS =
      Arrays.asList(
          Arrays.asList("a man", null, "", LONG),
          null,
          List.of(),
          List.of("two dogs"),
          Arrays.asList((String) null),
          IntStream.range(0, 5000).mapToObj(i -> "number " + i % 50).toList());

  @Test
  void anArrayOfTextsBecomesAnArrayOfVectors() {
    Dataset<Row> query = arrays(ARRAYS).withColumn("embs", embed(col("texts"), MODEL));

    assertThat(query.schema().apply("embs").dataType())
        .isEqualTo(new ArrayType(DataTypes.createArrayType(DataTypes.FloatType, false), true));
    List<Row> found = query.collectAsList();
    assertThat(found).hasSize(ARRAYS.size());
    for (int i = 0; i < ARRAYS.size(); i++) {
      if (ARRAYS.get(i) == null) {
        assertThat(found.get(i).isNullAt(2)).isTrue();
        continue;
      }
      List<Seq<Float>> vectors = found.get(i).getList(2);
      assertThat(vectors).hasSameSizeAs(ARRAYS.get(i));
      for (int j = 0; j < vectors.size(); j += vectors.size() > 99 ? 331 : 1) {
        String text = ARRAYS.get(i).get(j);
        if (text == null) {
          assertThat(vectors.get(j)).isNull();
        } else {
          assertVector(CollectionConverters.asJava(vectors.get(j)), text);
        }
      }
    }
    Map<String, Long> metrics = EmbedPlans.metrics(query);
    assertThat(metrics.get(EmbedMetrics.ROWS)).isEqualTo(ARRAYS.size());
    assertThat(metrics.get(EmbedMetrics.NULLS)).isEqualTo(3);
    assertThat(metrics.get(EmbedMetrics.DUPLICATES)).isEqualTo(4950);
  }

  @Test
  void anElementThatFailsHasItsErrorOrIsNull() {
    List<Row> structs =
        arrays(ARRAYS.subList(0, 3))
            .select(embed(col("texts"), MODEL, refusing("struct")))
            .collectAsList();
    List<Row> outcomes = structs.get(0).getList(0);
    assertVector(outcomes.get(0).getList(0), "a man");
    assertThat(outcomes.get(1)).isNull();
    assertVector(outcomes.get(2).getList(0), "");
    assertThat(outcomes.get(3).isNullAt(0)).isTrue();
    assertThat(outcomes.get(3).getString(1)).startsWith("it has 602 tokens");
    assertThat(structs.get(1).isNullAt(0)).isTrue();
    assertThat(structs.get(2).getList(0)).isEmpty();

    List<Row> nulls =
        arrays(ARRAYS.subList(0, 1))
            .select(embed(col("texts"), MODEL, refusing("null")))
            .collectAsList();
    List<Seq<Float>> vectors = nulls.get(0).getList(0);
    assertThat(vectors.get(3)).isNull();
    assertThat(vectors.get(2)).isNotNull();
  }

  @Test
  void anArrayLiteralAndAnEmptyOneWork() {
    String call = "embed(array('a man', 'a dog'), '%s'), embed(array(), '%s'), embed(NULL, '%s')";
    Row row = LOCAL.spark().sql("SELECT " + call.formatted(MODEL, MODEL, MODEL)).first();

    List<Seq<Float>> vectors = row.getList(0);
    assertVector(CollectionConverters.asJava(vectors.get(1)), "a dog");
    assertThat(row.getList(1)).isEmpty();
    assertThat(row.isNullAt(2)).isTrue();
  }

  @Test
  void anArrayOfSomethingElseIsRefusedWhenTheQueryIsAnalyzed() {
    assertThatThrownBy(() -> LOCAL.spark().sql("SELECT embed(array(1), '" + MODEL + "')"))
        .hasMessageContaining("is of type ARRAY<INT>; cast it with CAST(… AS ARRAY<STRING>)");
  }
}
