// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.EncodeCounters;
import dev.weft.serve.BatchLease;
import dev.weft.serve.BatchObserver;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * The group {@code weft} among a subtask's metrics. Counters and histograms are of the subtask; the
 * gauges {@code model…} and {@code cache…} are of the shared batcher and model, so that every
 * subtask of a TaskManager shows the same. For any threads.
 */
final class EmbedMetrics implements BatchObserver {
  private static final int SAMPLES = 1024;

  private final MetricGroup group;
  private final Counter rows;
  private final Counter failed;
  private final Counter timedOut;
  private final Histogram waitMicros;
  private final Histogram modelMicros;
  private final Histogram rowMicros;

  EmbedMetrics(MetricGroup parent) {
    group = parent.addGroup("weft");
    rows = group.counter("rows", new ThreadSafeSimpleCounter());
    failed = group.counter("rowsFailed", new ThreadSafeSimpleCounter());
    timedOut = group.counter("rowsTimedOut", new ThreadSafeSimpleCounter());
    waitMicros = group.histogram("waitMicros", new DescriptiveStatisticsHistogram(SAMPLES));
    modelMicros = group.histogram("modelMicros", new DescriptiveStatisticsHistogram(SAMPLES));
    // Quantiles of the two do not add up to those of their sum.
    rowMicros = group.histogram("rowMicros", new DescriptiveStatisticsHistogram(SAMPLES));
  }

  /** Shows what the batcher and its model do. */
  void watch(BatchLease lease) {
    group.gauge("modelQueue", (Gauge<Integer>) lease::queued);
    group.gauge("modelBatches", (Gauge<Long>) () -> lease.counters().batches());
    group.gauge("modelRows", (Gauge<Long>) () -> lease.counters().texts());
    group.gauge("modelTokens", (Gauge<Long>) () -> lease.counters().tokens());
    group.gauge("modelTruncated", (Gauge<Long>) () -> lease.counters().truncated());
    group.gauge("modelRowsPerBatch", (Gauge<Double>) () -> rowsPerBatch(lease.counters()));
    group.gauge("modelBatchFill", (Gauge<Double>) () -> fill(lease.counters()));
    group.gauge("cacheHits", (Gauge<Long>) lease::cacheHits);
    group.gauge("cacheMisses", (Gauge<Long>) lease::cacheMisses);
  }

  private static double rowsPerBatch(EncodeCounters counters) {
    return (double) counters.texts() / Math.max(1, counters.batches());
  }

  /** The part of the computed positions that is not padding. */
  private static double fill(EncodeCounters counters) {
    return (double) counters.tokens() / Math.max(1, counters.paddedTokens());
  }

  @Override
  public void row(long waited, long ran) {
    rows.inc();
    waitMicros.update(waited / 1000);
    modelMicros.update(ran / 1000);
    rowMicros.update((waited + ran) / 1000);
  }

  void rowFailed() {
    failed.inc();
  }

  void rowTimedOut() {
    timedOut.inc();
  }
}
