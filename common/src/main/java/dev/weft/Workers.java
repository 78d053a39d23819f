// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.pipeline.EncodeException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
              // Else it would keep the class loader of the job that happened to come first.
              thread.setContextClassLoader(Workers.class.getClassLoader());
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
   * not begun and is thrown here; so is an interrupt of the caller, who then does not wait for the
   * batches of others either.
   */
  void run(List<int[]> batches, Consumer<int[]> work) {
    Run run = new Run(batches, work);
    for (int i = 0; i < Math.min(count, batches.size()); i++) {
      threads.execute(run);
    }
    run.await();
  }

  /** The batches of one call, which several workers take from. State under its own lock. */
  private static final class Run implements Runnable {
    private static final int NONE = -1;

    private final List<int[]> batches;
    private final Consumer<int[]> work;
    private int next;
    private int running;
    private boolean stopped;
    private Optional<Throwable> failure = Optional.empty();

    Run(List<int[]> batches, Consumer<int[]> work) {
      this.batches = batches;
      this.work = work;
    }

    @Override
    public void run() {
      for (int index = begin(); index != NONE; index = begin()) {
        try {
          work.accept(batches.get(index));
          end(Optional.empty());
        } catch (Throwable t) {
          end(Optional.of(t));
        }
      }
    }

    private synchronized int begin() {
      if (stopped || next == batches.size()) {
        return NONE;
      }
      running++;
      return next++;
    }

    private synchronized void end(Optional<Throwable> failed) {
      running--;
      if (failed.isPresent()) {
        stopped = true;
        failure = failure.or(() -> failed);
      }
      notifyAll();
    }

    /** Waits for running batches even after a failure: they use memory the caller will free. */
    synchronized void await() {
      boolean interrupted = false;
      while (running > 0 || !(stopped || next == batches.size())) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
          stopped = true;
        }
      }
      if (interrupted) {
        throw interrupted();
      }
      if (failure.isPresent()) {
        throw failure(failure.get());
      }
    }

    private static EncodeException failure(Throwable cause) {
      return cause instanceof EncodeException failure
          ? failure
          : new EncodeException("while encoding a batch: " + cause, cause);
    }
  }

  private static EncodeException interrupted() {
    Thread.currentThread().interrupt();
    return new EncodeException("interrupted while encoding");
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
