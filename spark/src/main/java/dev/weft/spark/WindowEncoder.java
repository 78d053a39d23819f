// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeCounters;
import dev.weft.EncodeMeter;
import dev.weft.arrow.ArrowWindow;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * A task's window of texts, filled and encoded again and again; freed, with the task's share of the
 * model, when the task ends, however it ends. For one task's thread.
 *
 * <p>A task that is killed encodes no further batch: its flag is looked at after each, by the
 * worker that ran it, as Spark need not interrupt the thread that waits.
 */
final class WindowEncoder {
  private final TaskContext task = TaskContext.get();
  private final EmbedMetrics metrics;
  private final EncodeMeter meter = new EncodeMeter();
  private final TaskWindow held;
  private final RowTexts texts;
  private boolean closed;

  private WindowEncoder(
      TaskModel model, ArrowWindow.Limits limits, Set<RowOption> columns, EmbedMetrics metrics) {
    this.metrics = metrics;
    RowOptions options =
        new RowOptions(
            model
                .spec()
                .encodeOptions()
                .withMeter(meter)
                .withProgress((done, total) -> task.killTaskIfInterrupted()),
            columns);
    long start = System.nanoTime();
    this.held = TaskWindow.open(model, limits, options::dimension);
    metrics.loaded(System.nanoTime() - start);
    this.texts = new RowTexts(held.window(), options);
  }

  /**
   * Takes a share of the model, which the first task of an executor loads.
   *
   * @param limits when a window is full
   * @param columns the options whose value differs from row to row
   */
  static WindowEncoder open(
      TaskModel model, ArrowWindow.Limits limits, Set<RowOption> columns, EmbedMetrics metrics) {
    WindowEncoder encoder = new WindowEncoder(model, limits, columns, metrics);
    TaskCompletionListener close = context -> encoder.close();
    TaskContext.get().addTaskCompletionListener(close);
    return encoder;
  }

  /** Begins a new window, which takes the texts of rows. */
  RowTexts begin() {
    task.killTaskIfInterrupted();
    texts.clear();
    return texts;
  }

  /** Where the texts of the window go, and the vectors come from once it is encoded. */
  ArrowWindow window() {
    return held.window();
  }

  /**
   * Encodes the texts that the window has.
   *
   * @param rows how many rows they belong to
   */
  void encode(long rows) {
    ArrowWindow window = held.window();
    EncodeCounters before = meter.counters();
    try {
      if (texts.options().isUniform()) {
        window.encode(held.embedder(), texts.options().common());
      } else {
        window.encode(held.embedder(), texts.own());
      }
    } catch (RuntimeException e) {
      task.killTaskIfInterrupted(); // then it is no failure
      throw e;
    }
    metrics.read(rows, texts.nulls(), window.failedRows(), window.duplicates());
    metrics.encoded(meter.counters().since(before));
  }

  /** Whether the task has ended, and with it the window. */
  boolean isClosed() {
    return closed;
  }

  private void close() {
    closed = true;
    held.close();
  }
}
