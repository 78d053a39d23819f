// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.apache.flink.table.api.config.ExecutionConfigOptions.TABLE_EXEC_ASYNC_ML_PREDICT_MAX_CONCURRENT_OPERATIONS;
import static org.apache.flink.table.api.config.ExecutionConfigOptions.TABLE_EXEC_ASYNC_ML_PREDICT_TIMEOUT;
import static org.apache.flink.table.api.config.MLPredictRuntimeConfigOptions.ASYNC_MAX_CONCURRENT_OPERATIONS;

import java.time.Duration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.functions.AsyncPredictFunction;
import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.table.ml.AsyncPredictRuntimeProvider;
import org.apache.flink.table.ml.ModelProvider;
import org.apache.flink.table.ml.PredictRuntimeProvider;

/**
 * Gives {@code ML_PREDICT} its function, with the options of the query on top of the model's.
 *
 * @param name the model's, for messages
 * @param rows that a subtask holds if the query does not say
 */
record WeftModelProvider(
    String name, ModelColumns columns, ModelSettings settings, int rows, int cores)
    implements PredictRuntimeProvider, AsyncPredictRuntimeProvider {
  static final QueryRows ROWS =
      new QueryRows(
          TABLE_EXEC_ASYNC_ML_PREDICT_MAX_CONCURRENT_OPERATIONS,
          TABLE_EXEC_ASYNC_ML_PREDICT_TIMEOUT);

  @Override
  public AsyncPredictFunction createAsyncPredictFunction(Context context) {
    ReadableConfig query = context.runtimeConfig();
    int capacity = query.getOptional(ASYNC_MAX_CONCURRENT_OPERATIONS).orElse(rows);
    ROWS.check("model " + name, capacity);
    return new AsyncEmbedPredict(columns, plan(query, capacity));
  }

  /** One row a subtask: those of other subtasks are all it could wait for, so it does not. */
  @Override
  public PredictFunction createPredictFunction(Context context) {
    ModelSettings asked = settings.of(name, context.runtimeConfig()).withLinger(Duration.ZERO);
    return new EmbedPredict(columns, asked.plan(1, cores, LeaseSource.SHARED));
  }

  private EmbedPlan<String> plan(ReadableConfig query, int capacity) {
    return settings.of(name, query).plan(capacity, cores, LeaseSource.SHARED);
  }

  @Override
  public ModelProvider copy() {
    return this;
  }
}
