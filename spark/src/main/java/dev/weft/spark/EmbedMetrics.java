// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeCounters;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;

/**
 * What an operator shows in the SQL tab of Spark's UI. Made on the driver, travels to the tasks,
 * which add to it once a window.
 */
final class EmbedMetrics implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String ROWS = "weftRows";
  static final String NULLS = "weftNulls";
  static final String ERRORS = "weftErrors";
  static final String TEXTS = "weftTexts";
  static final String DUPLICATES = "weftDuplicates";
  static final String TRUNCATED = "weftTruncated";
  static final String TOKENS = "weftTokens";
  static final String PADDING = "weftPadding";
  static final String BATCHES = "weftBatches";
  static final String TOKENIZE_TIME = "weftTokenizeTime";
  static final String WAIT_TIME = "weftWaitTime";
  static final String MODEL_TIME = "weftModelTime";
  static final String LOAD_TIME = "weftLoadTime";

  private static final Map<String, String> COUNTS = new LinkedHashMap<>();
  private static final Map<String, String> TIMES = new LinkedHashMap<>();

  static {
    COUNTS.put(ROWS, "number of rows");
    COUNTS.put(NULLS, "number of NULL texts");
    COUNTS.put(ERRORS, "number of texts that failed");
    COUNTS.put(TEXTS, "number of texts embedded");
    COUNTS.put(DUPLICATES, "number of duplicates saved");
    COUNTS.put(TRUNCATED, "number of texts too long");
    COUNTS.put(TOKENS, "number of tokens");
    COUNTS.put(PADDING, "number of padding tokens");
    COUNTS.put(BATCHES, "number of batches");
    TIMES.put(TOKENIZE_TIME, "time to tokenize");
    TIMES.put(WAIT_TIME, "time waiting for a worker");
    TIMES.put(MODEL_TIME, "time in the model");
    TIMES.put(LOAD_TIME, "time to get the model");
  }

  private final Map<String, SQLMetric> metrics;

  private EmbedMetrics(Map<String, SQLMetric> metrics) {
    this.metrics = metrics;
  }

  /** All of them at their beginning. */
  static EmbedMetrics create(SparkContext context) {
    Map<String, SQLMetric> metrics = new LinkedHashMap<>();
    COUNTS.forEach((key, name) -> metrics.put(key, SQLMetrics.createMetric(context, name)));
    long unset = SQLMetrics.createNanoTimingMetric$default$3();
    TIMES.forEach(
        (key, name) -> metrics.put(key, SQLMetrics.createNanoTimingMetric(context, name, unset)));
    return new EmbedMetrics(metrics);
  }

  /** Counts nothing, where there is no operator to show it. */
  static EmbedMetrics none() {
    return new EmbedMetrics(Map.of());
  }

  /** By the keys above. */
  Map<String, SQLMetric> byKey() {
    return metrics;
  }

  void loaded(long nanos) {
    add(LOAD_TIME, nanos);
  }

  /** Adds what became of the rows of a window. */
  void read(long rows, long nulls, long errors, long duplicates) {
    add(ROWS, rows);
    add(NULLS, nulls);
    add(ERRORS, errors);
    add(DUPLICATES, duplicates);
  }

  /** Adds what the model did for them. */
  void encoded(EncodeCounters done) {
    add(TEXTS, done.texts());
    add(TRUNCATED, done.truncated());
    add(TOKENS, done.tokens());
    add(PADDING, done.paddedTokens() - done.tokens());
    add(BATCHES, done.batches());
    add(TOKENIZE_TIME, done.tokenizeNanos());
    add(WAIT_TIME, done.waitNanos());
    add(MODEL_TIME, done.modelNanos());
  }

  private void add(String key, long amount) {
    SQLMetric metric = metrics.get(key);
    if (metric != null) {
      metric.add(amount);
    }
  }
}
