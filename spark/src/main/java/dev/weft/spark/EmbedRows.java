// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeOptions;
import dev.weft.arrow.ArrowWindow;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.util.ArrowUtils;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Adds an embedding to each row of a partition, in {@code Dataset.mapPartitions}: what {@link
 * EmbedPartition} is to Spark's own rows. Travels to the executors.
 *
 * @param spec the model and its options
 * @param text the place of the text in a row
 * @param task the place of its task, where that is a column
 * @param type what the embedding is in a row
 * @param windowRows the most rows gathered before they are encoded
 */
record EmbedRows(EmbedderSpec spec, int text, int task, OutputType type, int windowRows)
    implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  /** Instead of a place. */
  static final int NO_TASK = -1;

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator(); // an empty partition loads no model
    }
    Rows embedded = new Rows(this, rows);
    TaskCompletionListener close = context -> embedded.close();
    TaskContext.get().addTaskCompletionListener(close);
    return embedded;
  }

  /** The rows with their embeddings, a window at a time. For one task's thread. */
  private static final class Rows implements Iterator<Row>, AutoCloseable {
    private final EmbedRows plan;
    private final Iterator<Row> input;
    private final EncodeOptions all;
    private final EmbedderCache.Lease lease;
    private final BufferAllocator allocator;
    private final ArrowWindow window;
    private final int dimension;

    private final List<Row> rows = new ArrayList<>();
    private final List<EncodeOptions> options = new ArrayList<>();
    private final Map<String, EncodeOptions> byTask = new HashMap<>();
    private int next;
    private boolean closed;

    Rows(EmbedRows plan, Iterator<Row> input) {
      this.plan = plan;
      this.input = input;
      this.all = plan.spec.encodeOptions();
      this.lease = EmbedderCache.shared().acquire(plan.spec);
      this.dimension =
          plan.task == NO_TASK
              ? lease.embedder().dimension(all)
              : lease.embedder().dimensionOfAnyTask(all);
      long textBytes = ArrowWindow.Limits.DEFAULT.textBytes();
      this.allocator = ArrowUtils.rootAllocator().newChildAllocator("weft", 0, Long.MAX_VALUE);
      this.window =
          new ArrowWindow(allocator, dimension, new ArrowWindow.Limits(plan.windowRows, textBytes));
    }

    @Override
    public boolean hasNext() {
      if (next == rows.size() && !closed && input.hasNext()) {
        fill();
      }
      return next < rows.size();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row row = rows.get(next);
      Object[] values = new Object[row.size() + 1];
      for (int i = 0; i < row.size(); i++) {
        values[i] = row.get(i);
      }
      if (!window.isNull(next)) {
        float[] vector = new float[dimension];
        window.read(next, vector);
        values[row.size()] = plan.type.of(vector);
      }
      next++;
      return RowFactory.create(values);
    }

    private void fill() {
      TaskContext.get().killTaskIfInterrupted();
      rows.clear();
      options.clear();
      window.clear();
      next = 0;
      while (!window.isFull() && input.hasNext()) {
        Row row = input.next();
        if (row.isNullAt(plan.text)) {
          window.addNull();
        } else {
          window.add(row.getString(plan.text).getBytes(StandardCharsets.UTF_8));
          if (plan.task != NO_TASK) {
            options.add(optionsOf(row));
          }
        }
        rows.add(row);
      }
      if (plan.task == NO_TASK) {
        window.encode(lease.embedder(), all);
      } else {
        window.encode(lease.embedder(), options);
      }
    }

    private EncodeOptions optionsOf(Row row) {
      return row.isNullAt(plan.task)
          ? all
          : byTask.computeIfAbsent(row.getString(plan.task), all::withTask);
    }

    /** Frees the window and returns the model; called when the task ends, however it ends. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        try (lease;
            allocator) {
          window.close();
        }
      }
    }
  }
}
