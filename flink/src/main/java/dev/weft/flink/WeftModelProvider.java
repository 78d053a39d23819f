// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.apache.flink.table.api.config.MLPredictRuntimeConfigOptions.ASYNC_MAX_CONCURRENT_OPERATIONS;

import java.time.Duration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.functions.AsyncPredictFunction;
import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.table.ml.AsyncPredictRuntimeProvider;
import org.apache.flink.table.ml.ModelProvider;
import org.apache.flink.table.ml.PredictRuntimeProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives {@code ML_PREDICT} its function, with the options of the query on top of the model's.
 *
 * @param name the model's, for messages
 * @param rows that a subtask holds if the query does not say
 */
record WeftModelProvider(
    String name, ModelColumns columns, ModelSettings settings, int rows, int cores)
    implements PredictRuntimeProvider, AsyncPredictRuntimeProvider {
  private static final Logger LOG = LoggerFactory.getLogger(WeftModelProvider.class);

  /** Fewer than this and a model on a few cores already waits for rows. */
  private static final int FEW_ROWS = 64;

  @Override
  public AsyncPredictFunction createAsyncPredictFunction(Context context) {
    ReadableConfig query = context.runtimeConfig();
    int capacity = query.getOptional(ASYNC_MAX_CONCURRENT_OPERATIONS).orElse(rows);
    if (capacity < FEW_ROWS) {
      LOG.warn(
          "model {}: a subtask holds {} rows at once, so its batches stay small; set"
              + " table.exec.async-ml-predict.max-concurrent-operations, or"
              + " 'max-concurrent-operations' in ML_PREDICT's MAP, to 1024",
          name,
          capacity);
    }
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
