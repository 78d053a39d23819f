// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.CountedModel.call;
import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.serve.EmbedderCache;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Structured Streaming, a file a micro-batch. */
class EmbedStreamTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();
  @RegisterExtension final CountedModel model = new CountedModel();

  private static final int FILE_ROWS = 8;

  @TempDir Path folder;

  /** Adds a file of eight more rows. */
  private void arrive(int file) {
    CountedModel.rows(LOCAL.spark(), (file + 1) * FILE_ROWS)
        .where(col("id").geq(file * FILE_ROWS))
        .coalesce(1)
        .write()
        .mode("append")
        .parquet(folder.resolve("in").toString());
  }

  private Dataset<Row> stream() {
    return LOCAL
        .spark()
        .readStream()
        .schema("id INT, kind INT, text STRING")
        .option("maxFilesPerTrigger", "1")
        .parquet(folder.resolve("in").toString());
  }

  /** Runs the query over what has arrived since it ran before. */
  private long write(Dataset<Row> query) throws Exception {
    StreamingQuery running =
        query
            .writeStream()
            .trigger(Trigger.AvailableNow())
            .option("checkpointLocation", folder.resolve("checkpoint").toString())
            .format("parquet")
            .start(folder.resolve("out").toString());
    running.awaitTermination();
    return running.lastProgress().batchId() + 1;
  }

  private void assertWritten(int rows) {
    SameRows.assertSame(
        LOCAL.spark().read().parquet(folder.resolve("out").toString()).collectAsList(),
        model.knownRows(LOCAL.spark(), rows).select("id", "emb").collectAsList());
  }

  @Test
  void aRestartedQueryGoesOnWhereItStoppedWithEachRowOnce() throws Exception {
    arrive(0);
    arrive(1);
    Dataset<Row> query =
        stream().select(col("id"), embed(col("text"), CountedModel.PATH).as("emb"));
    assertThat(write(query)).as("micro-batches").isEqualTo(2);
    assertThat(model.texts()).isEqualTo(2 * FILE_ROWS - 1);
    assertWritten(2 * FILE_ROWS);

    arrive(2);
    model.restart();
    assertThat(write(query)).as("micro-batches").isEqualTo(3);
    assertThat(model.texts()).as("new rows only").isEqualTo(FILE_ROWS);
    assertWritten(3 * FILE_ROWS);
  }

  @Test
  void aBatchThatIsRunAgainAfterACrashLeavesNoRowTwice() throws Exception {
    arrive(0);
    arrive(1);
    Dataset<Row> query =
        stream().select(col("id"), embed(col("text"), CountedModel.PATH).as("emb"));
    write(query);
    // As if the process had ended between the last batch's output and the note that it is done.
    Files.delete(folder.resolve("checkpoint/commits/1"));
    Files.deleteIfExists(folder.resolve("checkpoint/commits/.1.crc"));
    arrive(2);

    write(query);

    assertWritten(3 * FILE_ROWS);
  }

  @Test
  void oneModelServesAllBatches() throws Exception {
    long loads = EmbedderCache.shared().loads();
    // A number of batch tokens that no other test has, so that this model is not loaded yet.
    Map<String, String> options = Map.of("batchTokens", "317");
    for (int file = 0; file < 3; file++) {
      arrive(file);
    }

    long batches =
        write(
            stream()
                .repartition(2)
                .select(col("id"), embed(col("text"), CountedModel.PATH, options).as("emb")));

    assertThat(batches).isEqualTo(3);
    assertThat(EmbedderCache.shared().loads() - loads).isEqualTo(1);
    assertWritten(3 * FILE_ROWS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "update", "complete"})
  void everyOutputModeWorks(String mode) throws Exception {
    arrive(0);
    arrive(1);
    String query =
        mode.equals("append")
            ? "SELECT id, E FROM T WHERE E[0] > -0.16 AND Q[0] < 1"
            : "SELECT kind, max(E[0]) AS most, count(*) AS n FROM T WHERE Q[0] < 1 GROUP BY kind";
    stream().createOrReplaceTempView("arriving");
    String sink = "sink_" + mode;

    StreamingQuery running =
        LOCAL
            .spark()
            .sql(filled(query, call("text"), "arriving"))
            .writeStream()
            .trigger(Trigger.AvailableNow())
            .outputMode(mode)
            .format("memory")
            .queryName(sink)
            .start();
    running.awaitTermination();

    int batches = 2;
    assertThat(model.texts())
        .as("each text, and the constant once a batch")
        .isEqualTo(2 * FILE_ROWS - 1 + batches);
    model.knownRows(LOCAL.spark(), 2 * FILE_ROWS).createOrReplaceTempView("known");
    String last = mode.equals("update") ? " WHERE n > 3" : "";
    SameRows.assertSame(
        LOCAL.spark().sql("SELECT * FROM " + sink + last).collectAsList(),
        LOCAL.spark().sql(filled(query, "emb", "known")).collectAsList());
  }

  private static String filled(String query, String call, String table) {
    return query
        .replaceAll("\\bE\\b", call)
        .replaceAll("\\bQ\\b", table.equals("known") ? "array(0F)" : call("'a dog'"))
        .replaceAll("\\bT\\b", table);
  }

  @Test
  void aStreamIsJoinedWithATableByVectors() throws Exception {
    arrive(0);
    model.knownRows(LOCAL.spark(), FILE_ROWS).createOrReplaceTempView("known");
    stream().createOrReplaceTempView("arriving");
    String query =
        "SELECT a.id, k.id AS other, k.emb FROM %s a JOIN known k ON %s[0] + 1e-4 < k.emb[0]";

    write(
        LOCAL
            .spark()
            .sql(query.formatted("arriving", call("a.text")))
            .select(expr("other * 100 + id AS id"), col("emb")));

    SameRows.assertSame(
        LOCAL.spark().read().parquet(folder.resolve("out").toString()).collectAsList(),
        LOCAL
            .spark()
            .sql(query.formatted("known", "a.emb"))
            .select(expr("other * 100 + id AS id"), col("emb"))
            .collectAsList());
    assertThat(model.texts()).isEqualTo(FILE_ROWS - 1 + FILE_ROWS - 1);
  }
}
