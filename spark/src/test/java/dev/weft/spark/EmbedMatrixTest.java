// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same queries over adaptive execution on and off, compiled and interpreted, a local table and
 * Parquet files, cached and not: the vectors of the embedder, and no text more than the query
 * needs.
 */
class EmbedMatrixTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();
  @RegisterExtension final CountedModel model = new CountedModel();

  private static final int ROWS = 12;
  private static final int TEXTS = ROWS - 1;

  private static final List<String> SETTINGS =
      List.of("spark.sql.adaptive.enabled", "spark.sql.codegen.wholeStage");

  /** A query over T, and the texts it embeds where T is not cached. */
  private static final Map<String, Integer> QUERIES =
      Map.of(
          "SELECT id, emb FROM T",
          TEXTS,
          "SELECT id, emb FROM T WHERE emb[0] > -0.16 AND id <> 3",
          TEXTS - 1,
          "SELECT id, emb FROM T ORDER BY id LIMIT 3",
          3,
          "SELECT id, emb FROM T ORDER BY emb[0], id",
          TEXTS,
          "SELECT id, emb FROM T UNION ALL SELECT id + 50, emb FROM T",
          2 * TEXTS,
          "SELECT a.id, b.id, b.emb FROM T a JOIN T b ON a.id = b.id + 1 AND a.emb[0] < b.emb[0]",
          2 * TEXTS,
          "SELECT kind, max(emb[1]), count(*) FROM T WHERE emb[0] > -0.16 GROUP BY kind",
          TEXTS,
          "SELECT count(*) FROM T WHERE kind > 0",
          0);

  /** What the queries give on vectors that were made without Spark. */
  private static final Map<String, List<Row>> EXPECTED = new HashMap<>();

  @TempDir Path folder;

  static Stream<Arguments> surroundings() {
    Stream.Builder<Arguments> all = Stream.builder();
    for (String source : List.of("local", "parquet")) {
      for (boolean cached : List.of(false, true)) {
        for (String adaptive : List.of("true", "false")) {
          for (String compiled : List.of("true", "false")) {
            all.add(Arguments.of(source, cached, adaptive, compiled));
          }
        }
      }
    }
    return all.build();
  }

  @AfterEach
  void unset() {
    LOCAL.spark().catalog().clearCache();
    SETTINGS.forEach(LOCAL.spark().conf()::unset);
  }

  private Dataset<Row> texts(String source) {
    Dataset<Row> rows = CountedModel.rows(LOCAL.spark(), ROWS);
    if (source.equals("local")) {
      return rows;
    }
    rows.repartition(3).write().parquet(folder.resolve("texts").toString());
    return LOCAL.spark().read().parquet(folder.resolve("texts").toString());
  }

  private static List<Row> run(String query, String table) {
    return LOCAL.spark().sql(query.replaceAll("\\bT\\b", table)).collectAsList();
  }

  @ParameterizedTest(name = "{0}, cached {1}, adaptive {2}, compiled {3}")
  @MethodSource("surroundings")
  void everyQueryGivesTheVectorsOfTheEmbedder(
      String source, boolean cached, String adaptive, String compiled) {
    Dataset<Row> embedded = texts(source).withColumn("emb", embed(col("text"), CountedModel.PATH));
    embedded.createOrReplaceTempView("matrix");
    model.knownRows(LOCAL.spark(), ROWS).createOrReplaceTempView("known");
    LOCAL.spark().conf().set(SETTINGS.get(0), adaptive);
    LOCAL.spark().conf().set(SETTINGS.get(1), compiled);
    if (cached) {
      model.restart();
      embedded.cache().count();
      assertThat(model.texts()).isEqualTo(TEXTS);
    }

    QUERIES.forEach(
        (query, texts) -> {
          List<Row> expected = EXPECTED.computeIfAbsent(query, key -> run(query, "known"));
          model.restart();
          SameRows.assertSame(run(query, "matrix"), expected);
          assertThat(model.texts()).as(query).isEqualTo(cached ? 0 : texts);
        });
  }

  @Test
  void aCacheIsHitByWhoeverWritesTheSameCall() {
    Dataset<Row> texts = texts("local");
    texts.withColumn("emb", embed(col("text"), CountedModel.PATH)).cache().count();
    model.restart();

    texts.withColumn("named", embed(col("text"), CountedModel.PATH)).collectAsList();
    assertThat(model.texts()).isZero();
    texts
        .withColumn("other", embed(col("text"), CountedModel.PATH, Map.of("truncateDim", "4")))
        .collectAsList();
    assertThat(model.texts()).isEqualTo(TEXTS);
  }

  @Test
  void aCachedFilterOnACallIsHitBelowTheSameCall() {
    Dataset<Row> filtered =
        texts("local").where(embed(col("text"), CountedModel.PATH).getItem(0).gt(-0.16));
    List<Row> expected = filtered.cache().collectAsList();
    model.restart();

    List<Row> found =
        filtered.withColumn("emb", embed(col("text"), CountedModel.PATH)).collectAsList();

    assertThat(found).hasSameSizeAs(expected);
    assertThat(model.texts()).as("of the cached rows").isEqualTo(expected.size());
  }
}
