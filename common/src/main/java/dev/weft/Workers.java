// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.pipeline.EncodeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The threads batches run on: one a core, each with one engine thread, which beats one batch spread
 * over all cores because nobody waits at a barrier. Callers share them, so however many threads
 * encode, no more batches than workers are in memory. Nor do more windows than there are seats: one
 * for each that can be run or tokenised at once, so that a GPU is kept busy, and further callers
 * wait before they take memory.
 */
final class Workers implements AutoCloseable {
  private final int count;
  private final Semaphore seats;
  private final ThreadPoolExecutor threads;

  Workers(int count) {
    this(count, count + Runtime.getRuntime().availableProcessors());
  }

  Workers(int count, int seats) {
    this.count = count;
    this.seats = new Semaphore(seats, true);
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "weft-worker-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  int count() {
    return count;
  }

  /** Callers that wait for a seat, and pieces of work that wait for a thread. */
  int waiting() {
    return seats.getQueueLength() + threads.getQueue().size();
  }

  /** Does the work on this thread once there is a seat, in the order callers came. */
  void seated(Runnable work) {
    try {
      seats.acquire();
    } catch (InterruptedException e) {
      throw interrupted();
    }
    try {
      work.run();
    } finally {
      seats.release();
    }
  }

  /**
   * Runs the work on every batch and waits for all. The first failure stops the batches that have
   * not begun and is thrown here; so is an interrupt of the caller.
   */
  void run(List<int[]> batches, Consumer<int[]> work) {
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean stopped = new AtomicBoolean();
    Runnable drain =
        () -> {
          int index;
          while (!stopped.get() && (index = next.getAndIncrement()) < batches.size()) {
            try {
              work.accept(batches.get(index));
            } catch (Throwable t) {
              stopped.set(true);
              throw t;
            }
          }
        };
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < Math.min(count, batches.size()); i++) {
      running.add(threads.submit(drain));
    }
    join(running, stopped);
  }

  /** Waits for every future even after a failure: batches use memory the caller will free. */
  private static void join(List<Future<?>> running, AtomicBoolean stopped) {
    RuntimeException failure = null;
    boolean interrupted = false;
    for (Future<?> future : running) {
      boolean done = false;
      while (!done) {
        try {
          future.get();
          done = true;
        } catch (ExecutionException e) {
          done = true;
          failure = failure == null ? failure(e) : failure;
        } catch (InterruptedException e) {
          interrupted = true;
          stopped.set(true);
        }
      }
    }
    if (interrupted) {
      throw interrupted();
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static EncodeException interrupted() {
    Thread.currentThread().interrupt();
    return new EncodeException("interrupted while encoding");
  }

  private static RuntimeException failure(ExecutionException e) {
    if (e.getCause() instanceof EncodeException failure) {
      return failure;
    }
    return new EncodeException("while encoding a batch: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
