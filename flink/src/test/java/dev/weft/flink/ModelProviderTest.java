// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.EncodeOptions;
import dev.weft.serve.EmbedderCache;
import java.util.Map;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code CREATE MODEL} and {@code ML_PREDICT} in a cluster of the process. */
@Timeout(120)
class ModelProviderTest {
  private static final EncodeOptions DOCUMENT = EncodeOptions.DEFAULT.withTask("document");

  private final LocalTables tables = new LocalTables(RuntimeExecutionMode.STREAMING);

  private static String predict(String view, String map) {
    return "SELECT id, embedding FROM ML_PREDICT(TABLE "
        + view
        + ", MODEL m, DESCRIPTOR(body), MAP["
        + map
        + "])";
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void agreesWithTheEmbedderWithOneLoad(String async) throws Exception {
    tables
        .sql()
        .executeSql(
            LocalTables.model("m", "t STRING", "embedding ARRAY<FLOAT>", "'task' = 'document'"));
    EmbedderCache.shared().closeIdle();
    long loads = EmbedderCache.shared().loads();
    String query = predict("texts", "'async', '" + async + "'");

    Map<Integer, Object> found = tables.rows(query);

    assertThat(found).hasSize(LocalTables.TEXTS.size());
    LocalTables.assertVectors(found, DOCUMENT);
    assertThat(EmbedderCache.shared().loads() - loads).isEqualTo(1);
    assertThat(isAsynchronous(query)).isEqualTo(Boolean.parseBoolean(async));
  }

  /** What the planner made of it: EXPLAIN shows the two alike. */
  private boolean isAsynchronous(String query) {
    return tables
        .sql()
        .toDataStream(tables.sql().sqlQuery(query))
        .getTransformation()
        .getTransitivePredecessors()
        .stream()
        .anyMatch(
            step ->
                step instanceof OneInputTransformation<?, ?> one
                    && one.getOperatorFactory() instanceof AsyncWaitOperatorFactory);
  }

  @Test
  void isAsynchronousUnlessTheQuerySaysOtherwise() {
    tables
        .sql()
        .executeSql(
            LocalTables.model("m", "t STRING", "embedding ARRAY<FLOAT>", "'linger' = '1 ms'"));
    assertThat(isAsynchronous(predict("texts", "'linger', '2 ms'"))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "STRING NOT NULL; ARRAY<FLOAT NOT NULL> NOT NULL",
        "VARCHAR(200) NOT NULL; ARRAY<FLOAT>",
        "VARCHAR(200); ARRAY<DOUBLE>",
        "CHAR(80); ARRAY<DOUBLE NOT NULL>",
      })
  void takesEveryTextAndGivesEveryArray(String input, String output) throws Exception {
    boolean nullable = !input.endsWith("NOT NULL");
    tables.texts("typed", input);
    tables
        .sql()
        .executeSql(
            LocalTables.model("m", "t " + input, "embedding " + output, "'task' = 'document'"));

    Map<Integer, Object> found = tables.rows(predict("typed", "'async', 'true'"));

    assertThat(found).hasSize(nullable ? 6 : 5);
    LocalTables.assertVectors(found, DOCUMENT);
  }

  @Test
  void aQueryHasOptionsOfItsOwn() throws Exception {
    tables
        .sql()
        .executeSql(
            LocalTables.model(
                "m",
                "t STRING",
                "embedding ARRAY<FLOAT>",
                "'task' = 'document', 'truncateDim' = '9', 'linger' = '1 ms', 'workers' = '1'"));

    Map<Integer, Object> found =
        tables.rows(
            predict(
                "texts",
                "'max-concurrent-operations', '64', 'timeout', '1 d', 'task', 'query', 'prompt', 'query: ',"
                    + " 'linger', '0 ms', 'cacheBytes', '1 mb'"));

    LocalTables.assertVectors(
        found, EncodeOptions.DEFAULT.withTask("query").withTruncateDim(9).withPrompt("query: "));
  }

  @Test
  void batchQueriesHaveItFromFlink23On() throws Exception {
    LocalTables batch = new LocalTables(RuntimeExecutionMode.BATCH);
    batch
        .sql()
        .executeSql(
            LocalTables.model("m", "t STRING", "embedding ARRAY<FLOAT>", "'task' = 'document'"));
    String query = predict("texts", "'async', 'true'");

    if (EnvironmentInformation.getVersion().startsWith("2.2.")) {
      assertThatThrownBy(() -> batch.rows(query))
          .hasMessageStartingWith("Cannot generate a valid execution plan for the given query");
    } else {
      Map<Integer, Object> found = batch.rows(query);
      assertThat(found).hasSize(LocalTables.TEXTS.size());
      LocalTables.assertVectors(found, DOCUMENT);
    }
  }

  @Test
  void aModelThatIsWrittenWrongIsRefusedWhereTheQueryIsPlanned() {
    String vector = "embedding ARRAY<FLOAT>";
    refused(
        "t INT",
        vector,
        "'linger' = '1 ms'",
        "model m: INPUT column t must be CHAR, VARCHAR or STRING, but is INT");
    refused(
        "t STRING, u STRING",
        vector,
        "'linger' = '1 ms'",
        "model m: INPUT must have one column, such as (text STRING), but has [t, u]");
    refused(
        "t STRING",
        "v STRING",
        "'linger' = '1 ms'",
        "model m: OUTPUT column v must be ARRAY<FLOAT> or ARRAY<DOUBLE>, but is STRING");
    refused(
        "t STRING",
        "v ARRAY<INT>",
        "'linger' = '1 ms'",
        "model m: OUTPUT column v must be ARRAY<FLOAT> or ARRAY<DOUBLE>, but is ARRAY<INT>");
    refused(
        "t STRING",
        vector + ", n INT",
        "'linger' = '1 ms'",
        "model m: OUTPUT must have one column, such as (embedding ARRAY<FLOAT>), but has [embedding, n]");
    refused(
        "t STRING",
        vector + " NOT NULL",
        "'linger' = '1 ms'",
        "model m: OUTPUT column embedding is NOT NULL, but a NULL text has no vector; declare INPUT column t NOT NULL too, or neither");
    refused(
        "t STRING",
        vector,
        "'truncateDim' = '0'",
        "model m: option \"truncateDim\" cannot be \"0\" (it must be a whole number from 1)");
    refused(
        "t STRING",
        vector,
        "'linger' = '-1 ms'",
        "Could not parse value '-1 ms' for key 'linger'.");
    refused(
        "t STRING",
        vector,
        "'onError' = 'SIDE_OUTPUT'",
        "model m: onError must be FAIL or NULL: SQL has no side output");
  }

  private void refused(String input, String output, String options, String message) {
    // Flink itself holds the columns of a query against those of its model.
    String columns = input.equals("t INT") ? "id" : input.contains(",") ? "body, body" : "body";
    LocalTables fresh = new LocalTables(RuntimeExecutionMode.STREAMING);
    fresh.sql().executeSql(LocalTables.model("m", input, output, options));
    assertThatThrownBy(
            () ->
                fresh
                    .sql()
                    .explainSql(
                        "SELECT * FROM ML_PREDICT(TABLE texts, MODEL m, DESCRIPTOR("
                            + columns
                            + "))"))
        .satisfies(e -> assertThat(LocalTables.messages(e)).contains(message));
  }

  @Test
  void optionsThatAQueryMisspellsAreRefusedWhereItIsPlanned() {
    tables
        .sql()
        .executeSql(
            LocalTables.model("m", "t STRING", "embedding ARRAY<FLOAT>", "'linger' = '1 ms'"));
    assertThatThrownBy(() -> tables.sql().explainSql(predict("texts", "'truncate', '7'")))
        .satisfies(
            e ->
                assertThat(LocalTables.messages(e))
                    .anyMatch(
                        m ->
                            m.startsWith(
                                "model m: ML_PREDICT's MAP has option \"truncate\"; known: [")));
    assertThatThrownBy(() -> tables.sql().explainSql(predict("texts", "'normalize', 'yes'")))
        .satisfies(
            e ->
                assertThat(LocalTables.messages(e))
                    .contains(
                        "model m: option \"normalize\" cannot be \"yes\" (it must be true or"
                            + " false)"));
  }
}
