// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.EncodeOptions;
import dev.weft.serve.BatchLease;
import java.util.concurrent.CompletableFuture;

/** The embedding of one subtask while it runs. For the task's thread, but for {@link #metrics}. */
final class EmbedTask<IN> implements AutoCloseable {
  /** Stands for the vector of a row that has no text, or of a text that could not be embedded. */
  static final float[] NO_VECTOR = {};

  private final EmbedPlan<IN> plan;
  private final BatchLease lease;
  private final EmbedMetrics metrics;
  private final EncodeOptions options;

  EmbedTask(EmbedPlan<IN> plan, BatchLease lease, EmbedMetrics metrics) {
    this.plan = plan;
    this.lease = lease;
    this.metrics = metrics;
    this.options = plan.spec().encodeOptions();
  }

  /** The vector of the row's text, {@link #NO_VECTOR} if it has none. */
  CompletableFuture<float[]> submit(IN row) throws InterruptedException {
    String text = plan.text().text(row);
    if (text == null) {
      return CompletableFuture.completedFuture(NO_VECTOR);
    }
    return submit(text, plan.task().task(row).map(options::withTask).orElse(options));
  }

  /** The vector of a text with options of its own. */
  CompletableFuture<float[]> submit(String text, EncodeOptions options)
      throws InterruptedException {
    return lease.submit(text, options);
  }

  /** Nobody waits for the vector any longer, so another row may come instead. */
  void abandon(CompletableFuture<float[]> vector) {
    lease.abandon(vector);
  }

  /** No more rows come. */
  void flush() {
    lease.flush();
  }

  EmbedMetrics metrics() {
    return metrics;
  }

  /** Drops the rows that are not done. */
  @Override
  public void close() {
    lease.close();
  }
}
