// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.arrow.ArrowWindow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The rows of a partition with their embeddings, whatever a row is. Gathers a window of rows, texts
 * in Arrow memory and the rows themselves on the heap, encodes it, hands the rows out, and gathers
 * the next: memory does not grow with the partition. For one task's thread.
 *
 * @param <I> rows that come in
 * @param <O> rows that go out
 */
final class PartitionEncoder<I, O> implements Iterator<O> {
  /** Rows may be much wider than their text, or have none. */
  private static final long MAX_ROW_BYTES = 32L << 20;

  private final Iterator<I> input;
  private final RowBinding<I, O> binding;
  private final WindowEncoder encoder;
  private final List<I> rows = new ArrayList<>();
  private final int[] counts;
  private int next;
  private int nextText;

  private PartitionEncoder(
      WindowEncoder encoder, int maxRows, RowBinding<I, O> binding, Iterator<I> input) {
    this.encoder = encoder;
    this.counts = new int[maxRows];
    this.binding = binding;
    this.input = input;
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
    WindowEncoder encoder = WindowEncoder.open(model, limits, binding.columns(), metrics);
    return new PartitionEncoder<>(encoder, limits.rows(), binding, rows);
  }

  @Override
  public boolean hasNext() {
    if (next < rows.size()) {
      return !encoder.isClosed();
    }
    if (encoder.isClosed() || !input.hasNext()) {
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
    O joined = binding.join(rows.get(next), encoder.window(), nextText, count);
    next++;
    nextText += Math.max(0, count);
    return joined;
  }

  private void fill() {
    RowTexts texts = encoder.begin();
    rows.clear();
    next = 0;
    nextText = 0;
    long bytes = 0;
    // A full window does not ask for another row, as a stream waits until there is one.
    while (!encoder.window().isFull()
        && rows.size() < counts.length
        && bytes < MAX_ROW_BYTES
        && input.hasNext()) {
      I row = input.next();
      counts[rows.size()] = binding.read(row, texts);
      bytes += binding.bytes(row);
      rows.add(binding.keep(row));
    }
    encoder.encode(rows.size());
  }
}
