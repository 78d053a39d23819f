// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeCounters;
import dev.weft.EncodeMeter;
import dev.weft.arrow.ArrowWindow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The rows of a partition with their embeddings, whatever a row is. Gathers a window of rows, texts
 * in Arrow memory and the rows themselves on the heap, encodes it, hands the rows out, and gathers
 * the next: memory does not grow with the partition. For one task's thread.
 *
 * <p>A task that is killed encodes no further batch: its flag is looked at after each, by the
 * worker that ran it, as Spark need not interrupt the thread that waits.
 *
 * @param <I> rows that come in
 * @param <O> rows that go out
 */
final class PartitionEncoder<I, O> implements Iterator<O>, AutoCloseable {
  /** Rows may be much wider than their text, or have none. */
  private static final long MAX_ROW_BYTES = 32L << 20;

  private final TaskContext task = TaskContext.get();
  private final Iterator<I> input;
  private final RowBinding<I, O> binding;
  private final EmbedMetrics metrics;
  private final EncodeMeter meter = new EncodeMeter();
  private final TaskWindow held;
  private final RowTexts texts;

  private final List<I> rows = new ArrayList<>();
  private final int[] counts;
  private int next;
  private int nextText;
  private boolean closed;

  private PartitionEncoder(
      TaskModel model,
      ArrowWindow.Limits limits,
      RowBinding<I, O> binding,
      EmbedMetrics metrics,
      Iterator<I> input) {
    this.counts = new int[limits.rows()];
    this.input = input;
    this.binding = binding;
    this.metrics = metrics;
    RowOptions options =
        new RowOptions(
            model
                .spec()
                .encodeOptions()
                .withMeter(meter)
                .withProgress((done, total) -> task.killTaskIfInterrupted()),
            binding.columns());
    long start = System.nanoTime();
    this.held = TaskWindow.open(model, limits, options::dimension);
    metrics.loaded(System.nanoTime() - start);
    this.texts = new RowTexts(held.window(), options);
  }

  /**
   * The rows with their embeddings; what they hold is freed when the task ends, however.
   *
   * @param limits when a window is full
   */
  static <I, O> Iterator<O> embed(
      TaskModel model,
      ArrowWindow.Limits limits,
      RowBinding<I, O> binding,
      EmbedMetrics metrics,
      Iterator<I> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator(); // an empty partition loads no model
    }
    PartitionEncoder<I, O> embedded = new PartitionEncoder<>(model, limits, binding, metrics, rows);
    TaskCompletionListener close = context -> embedded.close();
    TaskContext.get().addTaskCompletionListener(close);
    return embedded;
  }

  @Override
  public boolean hasNext() {
    if (next < rows.size()) {
      return !closed;
    }
    if (closed || !input.hasNext()) {
      return false;
    }
    fill();
    return true;
  }

  @Override
  public O next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int count = counts[next];
    O joined = binding.join(rows.get(next), held.window(), nextText, count);
    next++;
    nextText += Math.max(0, count);
    return joined;
  }

  private void fill() {
    task.killTaskIfInterrupted();
    rows.clear();
    texts.clear();
    next = 0;
    nextText = 0;
    long bytes = 0;
    ArrowWindow window = held.window();
    // A full window does not ask for another row, as a stream waits until there is one.
    while (!window.isFull()
        && rows.size() < counts.length
        && bytes < MAX_ROW_BYTES
        && input.hasNext()) {
      I row = input.next();
      counts[rows.size()] = binding.read(row, texts);
      bytes += binding.bytes(row);
      rows.add(binding.keep(row));
    }
    EncodeCounters before = meter.counters();
    encode(window);
    metrics.read(rows.size(), texts.nulls(), window.failedRows(), window.duplicates());
    metrics.encoded(meter.counters().since(before));
  }

  private void encode(ArrowWindow window) {
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
  }

  /** Frees the window and returns the model; called when the task ends, however it ends. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      held.close();
    }
  }
}
