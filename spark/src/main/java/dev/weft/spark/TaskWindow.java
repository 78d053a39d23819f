// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.Embedder;
import dev.weft.arrow.ArrowWindow;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.OnError;
import java.util.function.ToIntFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.util.ArrowUtils;

/** What a task holds while it embeds: a share of the model, and a window in Arrow memory. */
final class TaskWindow implements AutoCloseable {
  private final EmbedderCache.Lease lease;
  private final BufferAllocator allocator;
  private final ArrowWindow window;

  private TaskWindow(EmbedderCache.Lease lease, BufferAllocator allocator, ArrowWindow window) {
    this.lease = lease;
    this.allocator = allocator;
    this.window = window;
  }

  /** Takes all of it, or nothing where something fails. */
  static TaskWindow open(
      TaskModel model, ArrowWindow.Limits limits, ToIntFunction<Embedder> dimension) {
    EmbedderCache.Lease lease = model.acquire(TaskContext.get());
    try {
      int width = dimension.applyAsInt(lease.embedder());
      BufferAllocator allocator =
          ArrowUtils.rootAllocator().newChildAllocator("weft", 0, Long.MAX_VALUE);
      ArrowWindow.Failures policy =
          model.spec().onError() == OnError.FAIL
              ? ArrowWindow.Failures.THROWN
              : ArrowWindow.Failures.KEPT;
      ArrowWindow window = new ArrowWindow(allocator, width, limits, policy);
      return new TaskWindow(lease, allocator, window);
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  Embedder embedder() {
    return lease.embedder();
  }

  ArrowWindow window() {
    return window;
  }

  /** The allocator throws where memory is left; the model is given back all the same. */
  @Override
  public void close() {
    try (lease;
        allocator) {
      window.close();
    }
  }
}
