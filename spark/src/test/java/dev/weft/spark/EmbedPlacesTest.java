// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.CountedModel.call;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
