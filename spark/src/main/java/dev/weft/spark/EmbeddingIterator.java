// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeOptions;
import dev.weft.arrow.ArrowWindow;
import dev.weft.serve.EmbedderCache;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.util.ArrowUtils;

/**
 * The rows of a partition with their embeddings. Gathers a window of rows, texts in Arrow memory
 * and the rows themselves as copies (Spark reuses the row it hands out), encodes it, hands the rows
 * out, and gathers the next: memory does not grow with the partition. For one task's thread.
 */
final class EmbeddingIterator implements Iterator<InternalRow>, AutoCloseable {
  private static final ArrowWindow.Limits LIMITS = ArrowWindow.Limits.DEFAULT;

  /** Rows may be much wider than their text. */
  private static final long MAX_ROW_BYTES = 32L << 20;

  private final TaskContext task = TaskContext.get();
  private final Iterator<InternalRow> input;
  private final EmbedPartition partition;
  private final RowOptions rowOptions;
  private final UnsafeProjection inputsOf;
  private final UnsafeProjection joined;
  private final EmbedderCache.Lease lease;
  private final BufferAllocator allocator;
  private final ArrowWindow window;
  private final VectorReader vectors;

  private final List<InternalRow> rows = new ArrayList<>();
  private final JoinedRow pair = new JoinedRow();
  private final GenericInternalRow embedding = new GenericInternalRow(1);
  private int next;
  private boolean closed;

  EmbeddingIterator(EmbedPartition partition, Iterator<InternalRow> input) {
    this.input = input;
    this.partition = partition;
    EncodeOptions options = partition.spec().encodeOptions();
    this.inputsOf = UnsafeProjection.create(partition.inputs(), partition.columns());
    inputsOf.initialize(task.partitionId());
    this.joined =
        UnsafeProjection.create(
            ScalaSeqs.of(ScalaSeqs.list(partition.output())), partition.output());
    this.lease = TaskModel.acquire(partition.spec(), partition.sessionFolder(), task);
    this.rowOptions = RowOptions.of(options, partition.inputs().size() > 1);
    int dimension = rowOptions.dimension(lease.embedder());
    this.allocator = ArrowUtils.rootAllocator().newChildAllocator("weft", 0, Long.MAX_VALUE);
    this.window = new ArrowWindow(allocator, dimension, LIMITS);
    this.vectors = new VectorReader(dimension);
  }

  @Override
  public boolean hasNext() {
    if (next < rows.size()) {
      return true;
    }
    if (closed || !input.hasNext()) {
      return false;
    }
    fill();
    return true;
  }

  @Override
  public InternalRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (window.isNull(next)) {
      embedding.setNullAt(0);
    } else {
      embedding.update(0, vectors.read(window.address(next)));
    }
    return joined.apply(pair.apply(rows.get(next++), embedding));
  }

  private void fill() {
    task.killTaskIfInterrupted();
    rows.clear();
    window.clear();
    rowOptions.clear();
    next = 0;
    long bytes = 0;
    int texts = 0;
    while (input.hasNext() && !window.isFull() && bytes < MAX_ROW_BYTES) {
      InternalRow row = input.next();
      UnsafeRow inputs = inputsOf.apply(row);
      if (inputs.isNullAt(0)) {
        window.addNull();
      } else {
        window.add(inputs.getUTF8String(0).getBytes());
        rowOptions.add(inputs);
        texts++;
      }
      bytes += row instanceof UnsafeRow wide ? wide.getSizeInBytes() : inputs.getSizeInBytes();
      rows.add(row.copy());
    }
    rowOptions.encode(window, lease.embedder());
    partition.texts().add(texts);
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
