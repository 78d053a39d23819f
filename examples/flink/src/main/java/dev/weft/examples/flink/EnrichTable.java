// SPDX-License-Identifier: Apache-2.0
package dev.weft.examples.flink;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;

/**
 * The two ways to a vector in SQL, in one job: lines of text with what a model of the catalog makes
 * of them, and those that ask for something by what the function makes of them.
 */
public final class EnrichTable {
  private EnrichTable() {}

  /** Takes a model, a file or folder of text, and a new folder. */
  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      throw new IllegalArgumentException("usage: MODEL INPUT OUTPUT");
    }
    String model = quoted(args[0]);
    TableEnvironment flink = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    flink.getConfig().set("execution.checkpointing.interval", "1 s");
    // Batches are of rows under way, and Flink's own 10 make small ones.
    flink.getConfig().set("table.exec.async-ml-predict.max-concurrent-operations", "1024");
    flink.getConfig().set("table.exec.async-scalar.max-concurrent-operations", "1024");
    // The more rows wait, the longer each does, and Flink's own three minutes would end the job.
    flink.getConfig().set("table.exec.async-ml-predict.timeout", "1 d");
    flink.getConfig().set("table.exec.async-scalar.timeout", "1 d");

    flink.executeSql("LOAD MODULE weft");
    flink.executeSql(
        """
        CREATE TEMPORARY MODEL sentences
        INPUT (text STRING) OUTPUT (embedding ARRAY<FLOAT>)
        WITH ('provider' = 'weft', 'model' = %s, 'normalize' = 'true')
        """
            .formatted(model));
    lines(flink, "texts", args[1]);
    lines(flink, "vectors", args[2] + "/vectors");
    lines(flink, "questions", args[2] + "/questions");

    StatementSet job = flink.createStatementSet();
    job.addInsertSql(
        """
        INSERT INTO vectors
        SELECT line || U&'\\0009' || CAST(embedding AS STRING)
        FROM ML_PREDICT(TABLE texts, MODEL sentences, DESCRIPTOR(line))
        """);
    job.addInsertSql(
        """
        INSERT INTO questions
        SELECT line || U&'\\0009' || CAST(embed(line, %s, MAP['prompt', 'query: ']) AS STRING)
        FROM texts WHERE line LIKE '%%?'
        """
            .formatted(model));
    job.execute().await();
  }

  /** A table of a folder's lines. */
  private static void lines(TableEnvironment flink, String table, String path) {
    flink.executeSql(
        """
        CREATE TEMPORARY TABLE %s (line STRING)
        WITH ('connector' = 'filesystem', 'path' = %s, 'format' = 'raw')
        """
            .formatted(table, quoted(path)));
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
