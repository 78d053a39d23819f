// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.EncodeOptions;
import dev.weft.serve.EmbedderCache;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code embed} in SQL, in both modes, in a cluster of the process. */
@Timeout(120)
class EmbedSqlTest {
  private static final String MODEL = ", '" + LocalTables.ROUTER + "'";

  private static final ExecutionConfigOptions.RetryStrategy NO_RETRY =
      ExecutionConfigOptions.RetryStrategy.NO_RETRY;

  private static LocalTables tables(RuntimeExecutionMode mode) {
    LocalTables tables = new LocalTables(mode);
    tables.sql().executeSql("LOAD MODULE weft");
    return tables;
  }

  @ParameterizedTest
  @EnumSource(names = {"STREAMING", "BATCH"})
  void agreesWithTheEmbedderWithOneLoad(RuntimeExecutionMode mode) throws Exception {
    LocalTables tables = tables(mode);
    EmbedderCache.shared().closeIdle();
    long loads = EmbedderCache.shared().loads();
    String query =
        "SELECT id, embed(body"
            + MODEL
            + ", MAP['task', 'query', 'truncateDim', CAST(7 AS STRING), 'prompt', 'query: '])"
            + " FROM texts";

    Map<Integer, Object> found = tables.rows(query);

    assertThat(found).hasSize(LocalTables.TEXTS.size());
    LocalTables.assertVectors(
        found, EncodeOptions.DEFAULT.withTask("query").withTruncateDim(7).withPrompt("query: "));
    assertThat(EmbedderCache.shared().loads() - loads).isEqualTo(1);
    assertThat(tables.sql().explainSql(query).contains("AsyncCalc(select=[id, embed(body"))
        .isEqualTo(mode == RuntimeExecutionMode.STREAMING);
  }

  @ParameterizedTest
  @EnumSource(names = {"STREAMING", "BATCH"})
  void theSessionNamesTheModelOfCallsThatNameNone(RuntimeExecutionMode mode) throws Exception {
    LocalTables tables = tables(mode);
    tables.texts("typed", "VARCHAR(80) NOT NULL");
    tables.sql().getConfig().set("weft.model", LocalTables.STATIC);
    tables.sql().getConfig().set("table.exec.async-scalar.timeout", "1 d");

    Map<Integer, Object> found = tables.rows("SELECT id, embed(body) FROM typed");

    assertThat(found).hasSize(LocalTables.TEXTS.size() - 1);
    LocalTables.assertVectors(LocalTables.STATIC, found, EncodeOptions.DEFAULT);
    assertThat(tables.rows("SELECT id, embed(CAST(NULL AS STRING)) FROM typed WHERE id = 1"))
        .isEqualTo(Map.of(1, Optional.empty()));
  }

  @Test
  void whatIsWrittenWrongIsRefusedWhereTheQueryIsPlanned() {
    refused(
        "embed(body)",
        "embed: no model is named; write embed(text, 'model'), or SET 'weft.model' = '/models/all-MiniLM-L6-v2'");
    refused("embed(id" + MODEL + ")", "embed: the first argument must be a text, but is INT");
    refused(
        "embed(body, body)",
        "embed: the model must be a text that is written out, such as '/models/all-MiniLM-L6-v2'; it is loaded before the first row");
    refused("embed(body, '')", "embed: the model must be a directory or a hub id, but is blank");
    refused(
        "embed(body" + MODEL + ", MAP['truncateDim', 7])",
        "embed: the options must be a map of texts, such as MAP['truncateDim', '128'], but are MAP<CHAR(11) NOT NULL, INT NOT NULL> NOT NULL");
  }

  private static void refused(String call, String message) {
    for (RuntimeExecutionMode mode :
        List.of(RuntimeExecutionMode.STREAMING, RuntimeExecutionMode.BATCH)) {
      LocalTables tables = tables(mode);
      assertThatThrownBy(() -> tables.sql().explainSql("SELECT " + call + " FROM texts"))
          .satisfies(e -> assertThat(LocalTables.messages(e)).contains(message));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"STREAMING", "BATCH"})
  void wrongOptionsAreToldInWords(RuntimeExecutionMode mode) {
    LocalTables tables = tables(mode);
    tables
        .sql()
        .getConfig()
        .set(ExecutionConfigOptions.TABLE_EXEC_ASYNC_SCALAR_RETRY_STRATEGY, NO_RETRY);
    failed(
        () -> plannedOrRun(tables, "MAP['task', 'query', 'dims', '7']"),
        "embed: option \"dims\" is not known; known: [");
    failed(
        () -> plannedOrRun(tables, "MAP['truncateDim', '0']"),
        "embed: option \"truncateDim\" cannot be \"0\" (it must be a whole number from 1)");
    failed(
        () -> tables.rows(embed("MAP['workers', CAST(id + 1 AS STRING)]")),
        "embed: one row's options load the model as ");
  }

  /** Flink 2.3 shows what is written out to those who plan, 2.2 to those who have a row. */
  private static void plannedOrRun(LocalTables tables, String options) throws Exception {
    if (EnvironmentInformation.getVersion().startsWith("2.2.")) {
      tables.rows(embed(options));
    } else {
      tables.sql().explainSql(embed(options));
    }
  }

  @Test
  void valuesOfOptionsMayComeFromTheRow() throws Exception {
    LocalTables tables = tables(RuntimeExecutionMode.BATCH);
    Map<Integer, Object> found =
        tables.rows(
            embed("MAP['task', CASE WHEN id < 9 THEN 'document' ELSE body END, 'prompt', '']"));
    LocalTables.assertVectors(found, EncodeOptions.DEFAULT.withTask("document").withPrompt(""));
  }

  private static String embed(String options) {
    return "SELECT id, embed(body" + MODEL + ", " + options + ") FROM texts";
  }

  private static void failed(ThrowingCallable query, String beginning) {
    assertThatThrownBy(query)
        .satisfies(e -> assertThat(LocalTables.messages(e)).anyMatch(m -> m.startsWith(beginning)));
  }

  @Test
  void theModuleListsItsFunctionsAndTakesNoOptions() {
    LocalTables tables = tables(RuntimeExecutionMode.STREAMING);
    assertThat(tables.sql().listFunctions()).contains("embed");
    assertThatThrownBy(
            () ->
                new LocalTables(RuntimeExecutionMode.BATCH)
                    .sql()
                    .executeSql("LOAD MODULE weft WITH ('model' = 'x')"))
        .satisfies(
            e ->
                assertThat(LocalTables.messages(e))
                    .anyMatch(m -> m.startsWith("Unsupported options found for 'weft'.")));
  }
}
