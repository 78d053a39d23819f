// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.CountedModel.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.plans.logical.DeleteFromTable;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everywhere an expression may stand, a call gives what a column of vectors made without Spark
 * gives in its place, and embeds no text twice.
 */
class EmbedPlacesTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();
  @RegisterExtension final CountedModel model = new CountedModel();

  private static final int ROWS = 12;

  /** Spark checks the plan after every rule, and interprets, as compiling takes longer here. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.sql.planChangeValidation", "true",
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN");

  @BeforeAll
  static void set() {
    SETTINGS.forEach(LOCAL.spark().conf()::set);
  }

  @AfterAll
  static void unset() {
    SETTINGS.keySet().forEach(LOCAL.spark().conf()::unset);
  }

  @BeforeEach
  void makeTables() {
    CountedModel.rows(LOCAL.spark(), ROWS).repartition(2).createOrReplaceTempView("texts");
    model.knownRows(LOCAL.spark(), ROWS).createOrReplaceTempView("known");
    model.restart();
  }

  private static List<Row> run(String query) {
    return LOCAL.spark().sql(query).collectAsList();
  }

  /** {@code E(a)} is the vector of a row of a table T. */
  private static List<Row> runEmbedding(String query) {
    return run(query.replaceAll("E\\((\\w)\\)", call("$1.text")).replaceAll("\\bT\\b", "texts"));
  }

  private static List<Row> runKnown(String query) {
    return run(query.replaceAll("E\\((\\w)\\)", "$1.emb").replaceAll("\\bT\\b", "known"));
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          11 | SELECT a.id, E(a) FROM T a
          11 | SELECT size(E(a)), E(a), E(a)[1] FROM T a
          11 | SELECT a.id, CASE WHEN a.id > 4 THEN E(a) END, coalesce(E(a), array(1F)) FROM T a
          11 | SELECT a.id, aggregate(E(a), 0D, (s, x) -> s + x), transform(E(a), x -> -x) FROM T a
          11 | SELECT a.id FROM T a WHERE E(a)[0] > -0.16
          11 | SELECT a.id, E(a) FROM T a WHERE E(a)[0] > -0.16
          6  | SELECT a.id, E(a) FROM T a WHERE E(a)[0] > -0.16 AND a.id > 4 AND a.id < 13 ORDER BY E(a)
          11 | SELECT a.id FROM T a DISTRIBUTE BY E(a)[0] SORT BY E(a)
          11 | SELECT a.id, x FROM T a LATERAL VIEW OUTER explode(E(a)) AS x
          11 | SELECT a.id, posexplode(slice(E(a), 1, 2)) FROM T a WHERE size(E(a)) > 1
          11 | SELECT E(a), count(*) FROM T a GROUP BY E(a)
          11 | SELECT E(a)[0] > -0.16 AS p, max(E(a)[1]) + 1 FROM T a GROUP BY E(a)[0] > -0.16 ORDER BY p
          11 | SELECT a.kind, max(E(a)[0]), count(DISTINCT E(a)) FROM T a GROUP BY a.kind
          11 | SELECT a.kind, count(*) FILTER (WHERE E(a)[0] > -0.16) FROM T a GROUP BY a.kind
          11 | SELECT a.kind FROM T a GROUP BY a.kind HAVING max(E(a)[1]) > min(E(a)[0])
          11 | SELECT size(E(a)), a.kind, count(*) FROM T a GROUP BY ROLLUP(size(E(a)), a.kind)
          11 | SELECT a.kind, count(*) FROM T a GROUP BY GROUPING SETS ((a.kind), (E(a), a.kind))
          11 | SELECT DISTINCT size(E(a)), a.kind FROM T a
          11 | SELECT * FROM (SELECT a.kind, E(a)[0] AS v FROM T a) PIVOT (max(v) FOR kind IN (0, 1))
          11 | SELECT a.id, rank() OVER (PARTITION BY a.kind ORDER BY E(a)[0]) FROM T a
          11 | SELECT a.id, sum(E(a)[0]) OVER (PARTITION BY E(a)[1] > 0.26 ORDER BY a.id) FROM T a
          11 | SELECT a.id, lag(E(a)) OVER (ORDER BY a.id) FROM T a
          5  | SELECT E(a) FROM T a WHERE a.id < 6 UNION ALL SELECT b.emb FROM known b
          16 | SELECT E(a) FROM T a WHERE a.id < 6 UNION ALL SELECT E(b) FROM T b
          11 | SELECT a.id, E(a)[0] > -0.16 FROM T a EXCEPT SELECT b.id, true FROM T b
          15 | SELECT E(a)[0] > -0.16, a.kind FROM T a INTERSECT SELECT E(b)[0] > -0.16, 0 FROM T b
          11 | SELECT a.id, b.id FROM T a JOIN known b ON E(a)[0] + 1e-4 < b.emb[0] AND a.kind = b.kind
          11 | SELECT a.id, b.id, E(a) FROM T a JOIN known b ON E(a)[0] + 1e-4 < b.emb[0]
          22 | SELECT a.id, b.id FROM T a JOIN T b ON E(a)[0] < E(b)[0] AND a.id < b.id
          22 | SELECT a.id, b.id, E(b) FROM T a LEFT JOIN T b ON a.id = b.id + 1 AND E(a)[0] < E(b)[0]
          22 | SELECT a.id, b.id FROM T a FULL JOIN T b ON a.id = b.id + 1 AND E(a)[0] < E(b)[0]
          22 | SELECT a.id FROM T a LEFT ANTI JOIN T b ON E(a)[0] < E(b)[0]
          11 | SELECT a.id, (SELECT max(E(b)[0]) FROM T b) FROM T a
          11 | SELECT a.id, (SELECT max(E(b)[0]) FROM T b WHERE b.kind = a.kind) FROM T a
          22 | SELECT a.id FROM T a WHERE E(a)[0] > (SELECT avg(E(b)[0]) FROM T b WHERE b.kind = a.kind)
          12 | SELECT a.id FROM T a WHERE E(a)[0] > -0.16 IN (SELECT E(b)[0] > -0.16 FROM T b WHERE b.id = 1)
          22 | SELECT a.id FROM T a WHERE EXISTS (SELECT 1 FROM T b WHERE b.id = a.id + 1 AND E(b)[0] > E(a)[0])
          22 | SELECT a.id FROM T a WHERE NOT EXISTS (SELECT 1 FROM T b WHERE E(b)[0] > E(a)[0])
          11 | SELECT a.id FROM T a JOIN known k ON a.id = k.id AND EXISTS (SELECT 1 FROM known z WHERE z.emb[0] > E(a)[0])
          11 | SELECT a.kind, (SELECT E(a)[0]) FROM T a GROUP BY a.kind, a.text, (SELECT E(a)[0])
          11 | SELECT a.id, e FROM T a, LATERAL (SELECT E(a) AS e)
          11 | SELECT a.id, x FROM T a, LATERAL explode(E(a)) AS l(x)
          33 | SELECT a.id, l.id FROM T a, LATERAL (SELECT b.id FROM T b WHERE b.kind = a.kind AND E(b)[0] < E(a)[0] ORDER BY E(b)[0] DESC LIMIT 1) l
          11 | WITH c AS (SELECT a.id, E(a) AS e FROM T a) SELECT id, e FROM c WHERE e[0] > -0.16
          22 | WITH c AS (SELECT a.id, E(a) AS e FROM T a) SELECT x.id, y.e FROM c x JOIN c y ON x.id = y.id + 1 AND x.e[0] < y.e[0]
          """)
  void aCallMayStandHere(long texts, String query) {
    List<Row> expected = runKnown(query);

    List<Row> found = runEmbedding(query);

    if (query.contains("ORDER BY E") || query.contains("ORDER BY p")) {
      SameRows.assertSameInOrder(found, expected);
    } else {
      SameRows.assertSame(found, expected);
    }
    assertThat(model.texts()).isEqualTo(texts);
  }

  @Test
  void aCallOverAnAggregateEmbedsItsResults() {
    String call = call("text").replace("text,", "concat(min(text), '!'),");

    List<Row> found =
        run("SELECT kind, size(" + call + "), " + call + ", count(*) FROM texts GROUP BY kind");

    assertThat(found).hasSize(3).allMatch(row -> row.getInt(1) == CountedModel.WIDTH);
    assertThat(model.texts()).isEqualTo(3);
  }

  @Test
  void aCallOnAGroupingColumnEmbedsEachGroupOnce() {
    LOCAL
        .spark()
        .sql("SELECT * FROM texts UNION ALL SELECT * FROM texts")
        .createOrReplaceTempView("twice");

    List<Row> found =
        run("SELECT text, " + call("text") + ", sum(id) FROM twice GROUP BY text ORDER BY text");

    SameRows.assertSameInOrder(found, run("SELECT text, emb, id * 2L FROM known ORDER BY text"));
    assertThat(model.texts()).isEqualTo(ROWS - 1);
  }

  @Test
  void theTextMayComeFromASubqueryOrAnotherCall() {
    String most = "(SELECT max(b.text) FROM texts b WHERE b.kind = a.kind)";
    List<Row> found =
        run("SELECT max(a.text), any_value(" + call(most) + ") FROM texts a GROUP BY a.kind");
    SameRows.assertSame(
        found,
        run(
            "SELECT text, emb FROM known WHERE text IN"
                + " (SELECT max(text) FROM known GROUP BY kind)"));

    model.restart();
    assertThat(run("SELECT " + call("(SELECT max(text) FROM texts)") + " FROM texts"))
        .hasSize(ROWS);
    assertThat(model.texts()).as("the same for all rows").isEqualTo(1);
    run("SELECT " + call("'cat ' || " + call("text") + "[0]") + " FROM texts");
    assertThat(model.texts()).as("inner and outer").isEqualTo(1 + 2 * (ROWS - 1));
  }

  @Test
  void aConstantRunsOnceAQuery() {
    String question = call("'a dog with a ' || 'horse'");
    String score =
        "aggregate(zip_with(E(a), " + question + ", (x, y) -> x * y), 0D, (s, x) -> s + x)";
    String query =
        "SELECT a.id, size("
            + question
            + "), "
            + score
            + " AS score FROM T a WHERE a.text IS NOT NULL"
            + " AND "
            + score
            + " > 0.1 ORDER BY score DESC LIMIT 3";

    List<Row> found = runEmbedding(query);

    assertThat(model.texts()).isEqualTo(ROWS - 1 + 1);
    SameRows.assertSameInOrder(found, runKnown(query));
    assertThat(run("SELECT " + call("NULL"))).containsExactly(RowFactory.create((Object) null));
  }

  @Test
  void sqlFunctionsAndViewsMayHoldCalls() {
    run(
        "CREATE OR REPLACE TEMPORARY FUNCTION first_of(t STRING) RETURNS FLOAT RETURN "
            + call("t")
            + "[0]");
    run("CREATE OR REPLACE TEMPORARY VIEW firsts AS SELECT id, first_of(text) AS f FROM texts");

    List<Row> found = run("SELECT id, f FROM firsts WHERE f > -0.16");

    SameRows.assertSame(found, run("SELECT id, emb[0] FROM known WHERE emb[0] > -0.16"));
    assertThat(model.texts()).isEqualTo(ROWS - 1);
  }

  @Test
  void tablesAreWritten(@TempDir Path folder) {
    String from = " SELECT id, " + call("text") + " AS emb FROM texts";
    run("CREATE TABLE made USING parquet LOCATION '" + folder.resolve("made") + "' AS" + from);
    try {
      run("INSERT INTO made" + from + " WHERE id < 3");
      run("INSERT OVERWRITE DIRECTORY '" + folder.resolve("dir") + "' USING parquet" + from);
      assertThat(model.texts()).isEqualTo(ROWS - 1 + 3 + ROWS - 1);

      SameRows.assertSame(
          run("SELECT id, emb FROM made"),
          run("SELECT id, emb FROM known UNION ALL SELECT id, emb FROM known WHERE id < 3"));
      assertThat(LOCAL.spark().read().parquet(folder.resolve("dir").toString()).count())
          .isEqualTo(ROWS);
    } finally {
      run("DROP TABLE made");
    }
  }

  @Test
  void metricsMayBeObserved() throws Exception {
    Observation seen = Observation.apply("vectors");
    LOCAL
        .spark()
        .table("texts")
        .observe(seen, functions.expr("max(" + call("text") + "[0]) AS most"))
        .collectAsList();

    float most = run("SELECT max(emb[0]) FROM known").get(0).getFloat(0);
    assertThat((Float) seen.getAsJava().get("most")).isCloseTo(most, within(1e-5f));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT transform(split(a.text, ' '), t -> E(t)) FROM T a | embed() cannot stand in the body of a lambda function, where it would see one element at a time; give it the array itself, for an array of vectors. SQLSTATE: P0001; line 1 pos 42
          SELECT 1 FROM T a JOIN T b ON C(a.text, b.text)[0] > 0 | embed() in the condition of a join may look at columns of one side only, but embed(concat(a.text, b.text)) looks at both; join first, and put the condition into WHERE. SQLSTATE: P0001; line 1 pos 38
          SELECT 1 FROM T a JOIN LATERAL (SELECT a.text AS text) t ON E(t)[0] > 0 | embed() in the condition of a lateral join may look at columns of its left side only, but embed(t.text) looks at the subquery's; put it into the LATERAL subquery or into WHERE. SQLSTATE: P0001; line 1 pos 64
          SELECT 1 FROM T a WHERE EXISTS (SELECT 1 FROM T b WHERE C(a.text, b.text)[0] > 0) | embed() in a subquery may look at its columns, or at columns of the query around it, but embed(concat(outer(a.text), b.text)) looks at both; write the subquery as a join. SQLSTATE: P0001; line 1 pos 64
          """)
  void aCallThatCannotRunIsRefusedWhenTheQueryIsAnalyzed(String query, String message) {
    String sql =
        query
            .replace("t -> E(t)", "t -> " + call("t"))
            .replace("E(t)", call("t.text"))
            .replace("C(a.text, b.text)", call("concat(a.text, b.text)"))
            .replaceAll("\\bT\\b", "texts");

    assertThatThrownBy(() -> LOCAL.spark().sql(sql))
        .isInstanceOfSatisfying(
            AnalysisException.class,
            e -> assertThat(e.getCondition()).isEqualTo("USER_RAISED_EXCEPTION"))
        .hasMessageStartingWith("[USER_RAISED_EXCEPTION] " + message);
  }

  @Test
  void commandsAndObservedAggregatesAreRefused() {
    LogicalPlan where =
        LOCAL
            .spark()
            .sql("SELECT * FROM texts WHERE " + call("text") + " IS NULL")
            .queryExecution()
            .analyzed();
    LogicalPlan delete =
        new DeleteFromTable(
            where.children().head(), ((Filter) where.children().head()).condition());

    assertThatThrownBy(() -> new CheckEmbeds().apply(delete))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining(
            "embed() cannot stand in DeleteFromTable; compute it in a column first, with"
                + " withColumn or in a subquery in FROM.");
    Column most = functions.expr(call("max(text)") + "[0] AS most");
    assertThatThrownBy(() -> LOCAL.spark().table("texts").observe("metrics", most))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("embed() of an aggregate cannot stand in CollectMetrics; compute");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT count(*), E(a) FROM texts a",
        "SELECT max(E(a)) OVER (ORDER BY a.id) FROM texts a GROUP BY a.id",
        "SELECT max(max(E(a))) FROM texts a",
        "SELECT a.id FROM texts a WHERE max(E(a)[0]) > 0",
        "SELECT * FROM VALUES (E(a)) AS a",
      })
  void whatSqlForbidsSparkRefuses(String query) {
    assertThatThrownBy(() -> runEmbedding(query)).isInstanceOf(AnalysisException.class);
  }
}
