// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.CountedModel.call;
import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.serve.EmbedderSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.ExplainMode;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Spark's optimizer makes of a call, by the texts that are embedded and by plans. */
class EmbedPlanTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();
  @RegisterExtension final CountedModel model = new CountedModel();

  private static final int ROWS = 12;

  private Dataset<Row> texts;

  @BeforeEach
  void makeTables() {
    texts = CountedModel.rows(LOCAL.spark(), ROWS).coalesce(1);
    texts.createOrReplaceTempView("texts");
    model.knownRows(LOCAL.spark(), ROWS).coalesce(1).createOrReplaceTempView("known");
    texts.withColumn("emb", embed(col("text"), CountedModel.PATH)).createOrReplaceTempView("emb");
    model.restart();
  }

  private static Dataset<Row> sql(String query) {
    return LOCAL.spark().sql(query);
  }

  private static String optimized(Dataset<Row> query) {
    return query.queryExecution().optimizedPlan().toString();
  }

  private static String physical(Dataset<Row> query) {
    return query.queryExecution().explainString(ExplainMode.fromString("simple"));
  }

  private static int count(String pattern, String plan) {
    Matcher found = Pattern.compile(pattern).matcher(plan);
    int count = 0;
    while (found.find()) {
      count++;
    }
    return count;
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          3  | SELECT id, emb FROM T LIMIT 3
          4  | SELECT id, emb FROM T LIMIT 3 OFFSET 1
          3  | SELECT id + 1, emb FROM (SELECT * FROM T ORDER BY kind, id) LIMIT 3
          2  | SELECT id, emb FROM T ORDER BY kind DESC, id LIMIT 3
          3  | SELECT id, emb[0] FROM T ORDER BY kind + id * 2, id LIMIT 3 OFFSET 2
          3  | SELECT id, emb, more FROM (SELECT *, id + 1 AS more FROM T) ORDER BY more DESC LIMIT 3
          2  | SELECT id, emb FROM (SELECT * FROM T UNION ALL SELECT * FROM T) LIMIT 2
          11 | SELECT id, emb FROM T ORDER BY emb[0] DESC LIMIT 3
          11 | SELECT id, emb FROM T ORDER BY id DESC
          11 | SELECT id, emb FROM T WHERE emb[0] > -0.16 ORDER BY id DESC
          5  | SELECT id, emb FROM T WHERE id > 6 AND emb[0] > -1
          2  | SELECT id, emb FROM T WHERE id > 3 AND emb[0] > -1 AND kind = 0
          4  | SELECT t.id, t.emb FROM T t JOIN known k ON t.id = k.id AND k.kind = 1 AND t.kind = 1
          0  | SELECT count(*), max(id) FROM T
          0  | SELECT id FROM T WHERE kind = 1
          0  | SELECT id, row_number() OVER (ORDER BY id) FROM T
          0  | SELECT id FROM T WHERE false OR id IN (SELECT id FROM T)
          """)
  void noTextIsEmbeddedInVain(long expected, String query) {
    Dataset<Row> found = sql(query.replaceAll("\\bT\\b", "emb"));

    SameRows.assertSameInOrder(
        found.collectAsList(), sql(query.replaceAll("\\bT\\b", "known")).collectAsList());

    assertThat(model.texts()).isEqualTo(expected);
  }

  @Test
  void aSampleIsDrawnBeforeTheModelRuns() {
    List<Row> drawn = sql("SELECT id FROM known").sample(0.5, 7).collectAsList();

    List<Row> found = sql("SELECT id, emb FROM emb").sample(0.5, 7).collectAsList();

    assertThat(found.stream().map(row -> row.getInt(0)).toList())
        .isEqualTo(drawn.stream().map(row -> row.getInt(0)).toList());
    assertThat(model.texts()).isLessThanOrEqualTo(drawn.size()).isPositive();
    assertThat(sql("SELECT emb FROM emb").sample(true, 2.5, 7).count()).isGreaterThan(ROWS);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT emb, E FROM emb WHERE E[0] > -0.16 AND emb[1] > 0
          SELECT E AS x, size(E) FROM (SELECT text, kind FROM emb ORDER BY E[0]) DISTRIBUTE BY kind
          SELECT E AS x FROM (SELECT text, explode(E) FROM texts) WHERE E[1] > 0
          SELECT E AS x, rank() OVER (PARTITION BY kind ORDER BY E[0]) FROM texts
          SELECT t AS text, embed(t, M) FROM (SELECT concat(text, '') AS t FROM texts) WHERE embed(t, M)[0] > -1
          """)
  void theSameCallRunsOnceInAQuery(String query) {
    Dataset<Row> found =
        sql(
            query
                .replaceAll("\\bE\\b", call("text"))
                .replace(", M)", ", '" + CountedModel.PATH + "')"));

    assertThat(found.collectAsList()).isNotEmpty();

    assertThat(count("Embed ", optimized(found))).isEqualTo(1);
    assertThat(model.texts()).isEqualTo(ROWS - 1);
  }

  /** The vector is read from the side that has none for some rows, where it never was NULL. */
  @Test
  void aVectorFromTheFilledSideOfAJoinMayBeNull() {
    String call = call("b.t");
    Dataset<Row> found =
        sql(
            "SELECT a.id, b.t IS NULL, "
                + call
                + " IS NULL FROM texts a LEFT JOIN (SELECT id, coalesce(text, '') AS t FROM texts) b"
                + " ON a.id = b.id + 1 AND "
                + call
                + "[0] > -0.16");

    List<Row> rows = found.collectAsList();

    assertThat(rows).hasSize(ROWS).anyMatch(row -> row.getBoolean(1));
    assertThat(rows).allMatch(row -> row.getBoolean(1) == row.getBoolean(2));
    assertThat(model.texts()).as("the same call").isEqualTo(ROWS);
  }

  @Test
  void callsWithOtherOptionsOrOtherTextsAreNotTheSame() {
    String shorter = "embed(text, '" + CountedModel.PATH + "', map('truncateDim', '8'))";
    Row row =
        sql("SELECT size("
                + shorter
                + "), size("
                + call("text")
                + "), "
                + call("concat(text, ' dog')")
                + " = "
                + call("text")
                + " FROM texts WHERE id = 1 AND "
                + shorter
                + "[0] > -1")
            .first();

    assertThat(row.getInt(0)).isEqualTo(8);
    assertThat(row.getInt(1)).isEqualTo(CountedModel.WIDTH);
    assertThat(row.getBoolean(2)).isFalse();
    assertThat(model.texts()).isEqualTo(3);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hashpartitioning\\(id#\\d+, kind#\\d+, text#\\d+, 2\\) | SELECT * FROM T ORDER BY emb[0]
          hashpartitioning\\(x#\\d+, 2\\) | SELECT id + 1 AS x, emb[0] AS v, emb FROM T ORDER BY v
          hashpartitioning\\(id#\\d+, 2\\) | SELECT id, 0F AS v FROM known WHERE id < 0 UNION ALL SELECT id, emb[0] FROM T ORDER BY v
          hashpartitioning\\(id#\\d+, 2\\) | SELECT id, x FROM T LATERAL VIEW explode(slice(emb, 1, 1)) e AS x ORDER BY x
          RoundRobinPartitioning\\(2\\) | SELECT map('a', 1) AS m, emb FROM T ORDER BY emb
          """)
  void rowsAreShuffledForASortByWhatAnotherRunGivesThemAgain(String shuffled, String query) {
    texts
        .repartition(2)
        .withColumn("emb", embed(col("text"), CountedModel.PATH))
        .createOrReplaceTempView("emb");
    Dataset<Row> sorted = sql(query.replaceAll("\\bT\\b", "emb"));

    SameRows.assertSameInOrder(
        sorted.collectAsList(), sql(query.replaceAll("\\bT\\b", "known")).collectAsList());

    assertThat(physical(sorted)).containsPattern("Exchange " + shuffled + ", ENSURE_REQUIREMENTS");
    assertThat(model.texts()).as("once, not for the sample too").isEqualTo(ROWS - 1);
  }

  @Test
  void scansReadOnlyWhatIsNeeded(@TempDir Path folder) {
    String file = folder.resolve("texts").toString();
    sql("SELECT * FROM known").write().parquet(file);
    Dataset<Row> read =
        LOCAL.spark().read().parquet(file).withColumn("vec", embed(col("text"), CountedModel.PATH));

    assertThat(physical(read.select("kind", "vec")))
        .contains("ReadSchema: struct<kind:int,text:string>");
    assertThat(physical(read.where("id > 3 AND vec[0] > 0").select("vec")))
        .contains("PushedFilters: [IsNotNull(id), GreaterThan(id,3)]")
        .contains("ReadSchema: struct<id:int,text:string>");
    assertThat(physical(read.groupBy("kind").count())).contains("ReadSchema: struct<kind:int>");
  }

  @Test
  void partitioningAndOrderAreKept() {
    Dataset<Row> sorted =
        sql("SELECT * FROM texts")
            .repartition(2, col("kind"))
            .sortWithinPartitions("kind", "id")
            .withColumn("emb", embed(col("text"), CountedModel.PATH));
    String window = "row_number() OVER (PARTITION BY kind ORDER BY id) AS n";

    String plan = physical(sorted.selectExpr("emb", window).groupBy("n").count().select("n"));
    String kept = physical(sorted.selectExpr("emb", "kind", window));

    assertThat(count("Exchange hash", kept)).as(kept).isEqualTo(1);
    assertThat(count("Sort ", kept)).as(kept).isEqualTo(1);
    assertThat(plan).doesNotContain("Embed");
  }

  @Test
  void aSelfJoinReusesTheExchangeAndEmbedsOnce() {
    LOCAL.spark().conf().set("spark.sql.autoBroadcastJoinThreshold", "-1");
    try {
      texts.repartition(2).createOrReplaceTempView("texts");
      Dataset<Row> joined =
          sql(
              "WITH emb AS (SELECT id, "
                  + call("text")
                  + " AS emb FROM texts) SELECT a.id, a.emb, b.emb FROM emb a JOIN emb b ON a.id = b.id AND a.emb[0] <= b.emb[0]");

      SameRows.assertSame(
          joined.collectAsList(),
          sql("SELECT id, emb, emb FROM known WHERE text IS NOT NULL").collectAsList());

      assertThat(physical(joined)).contains("ReusedExchange");
      assertThat(model.texts()).isEqualTo(ROWS - 1);
    } finally {
      LOCAL.spark().conf().unset("spark.sql.autoBroadcastJoinThreshold");
    }
  }

  @Test
  void plansAreTheSameIfTheyComputeTheSame() {
    Dataset<Row> one = sql("SELECT id, " + call("text") + " AS a FROM texts");
    Dataset<Row> same = sql("SELECT id, " + call("text") + " AS b FROM texts");
    Dataset<Row> other = sql("SELECT id, " + call("concat(text, '')") + " AS a FROM texts");

    LogicalPlan plan = one.queryExecution().optimizedPlan();

    assertThat(plan.sameResult(same.queryExecution().optimizedPlan())).isTrue();
    assertThat(plan.sameResult(other.queryExecution().optimizedPlan())).isFalse();
    assertThat(one.semanticHash()).isEqualTo(same.semanticHash());
    assertThat(plan.clone()).isEqualTo(plan).hasSameHashCodeAs(plan);
    assertThat(one.queryExecution().sparkPlan().sameResult(same.queryExecution().sparkPlan()))
        .isTrue();
  }

  @Test
  void statisticsCountTheVectors() {
    long rows = 1000;
    Dataset<Row> ids = LOCAL.spark().range(rows).selectExpr("id", "CAST(id AS STRING) AS text");
    Dataset<Row> wide = ids.withColumn("emb", embed(col("text"), CountedModel.PATH));
    Dataset<Row> narrow =
        ids.withColumn("emb", embed(col("text"), CountedModel.PATH, Map.of("truncateDim", "8")));

    assertThat(bytes(wide)).isGreaterThan(rows * 768 * Float.BYTES / 2);
    assertThat(bytes(narrow)).isLessThan(rows * 768).isGreaterThan(rows * 8 * Float.BYTES);
  }

  private static long bytes(Dataset<Row> query) {
    return query.queryExecution().optimizedPlan().stats().sizeInBytes().toLong();
  }

  @Test
  void explainSaysWhatIsEmbeddedAndWithWhat() {
    String query =
        "SELECT embed(text, '"
            + CountedModel.PATH
            + "', map('batchTokens', '256', 'device', 'cpu', 'prompt', 'query')) AS emb FROM texts";
    String described =
        "text#\\d+ AS emb#\\d+, model=\\Q"
            + CountedModel.PATH
            + "\\E, device=cpu, workers=auto, batchTokens=256, prompt=query\\n";

    for (String mode : List.of("simple", "extended", "cost")) {
      assertThat(sql(query).queryExecution().explainString(ExplainMode.fromString(mode)))
          .containsPattern("\nEmbed " + described);
    }
    assertThat(sql(query).queryExecution().explainString(ExplainMode.fromString("formatted")))
        .containsPattern("\\(3\\) Embed\nInput \\[1\\]: \\[text#\\d+\\]\nArguments: " + described);
  }

  @Test
  void explainNamesTheOptionsThatAreColumns() {
    String query =
        "SELECT embed(text, '"
            + CountedModel.PATH
            + "', map('promptName', text)) AS emb FROM texts";

    assertThat(sql(query).queryExecution().explainString(ExplainMode.fromString("simple")))
        .containsPattern("\nEmbed text#\\d+, promptName text#\\d+ AS emb#\\d+, model=");
  }

  @Test
  void aCallIsExpensive() {
    EmbedderSpec spec = EmbedderSpec.of(CountedModel.PATH, Map.of());

    assertThat(
            new EmbedExpression(Literal.create("a", DataTypes.StringType), Map.of(), spec)
                .expensive())
        .as("what Spark 4.2 asks before it copies an expression")
        .isTrue();
  }
}
