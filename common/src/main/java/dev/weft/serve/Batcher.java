// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.EncodeCounters;
import dev.weft.EncodeOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gathers rows of many callers into windows that a model encodes at once.
 *
 * <p>A window begins when the rows that wait fill a batch for each of the model's workers, when one
 * of them has waited its linger, or when nothing more can come: every caller has as many rows in
 * flight as it may. It holds at most eight batches a worker, by a rough count of tokens; the model
 * sorts and cuts it exactly. While the model has a batch for each worker no window begins: its rows
 * would only wait elsewhere, and the longer the queue, the better they can be sorted.
 *
 * <p>Two threads do this in turn, so that one tokenises while the other's last batches run. A
 * caller waits only above its own bound, which also bounds the queue. Rows are completed as soon as
 * their batch is done, by the thread that ran it, outside the lock.
 */
final class Batcher {
  private static final int DISPATCHERS = 2;

  private static final int BATCHES_A_WORKER = 8;

  /** English has some four characters a token; what it is exactly, the tokenizer says later. */
  private static final double CHARS_A_TOKEN = 4;

  private static final int SPECIAL_TOKENS = 2;

  private final TextEncoder encoder;
  private final int workers;
  private final BatchClock clock;
  private final VectorCache cache = new VectorCache();
  private final WindowRunner windows;
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<PendingRow> queue = new ArrayDeque<>();
  private double queuedShare;
  private double runningShare;
  private long nextDeadline;
  private int outstanding;
  private long promised;
  private boolean urgent;
  private volatile boolean closing;

  Batcher(TextEncoder encoder, BatchClock clock) {
    this.encoder = encoder;
    this.workers = encoder.workers();
    this.clock = clock;
    this.windows = new WindowRunner(this, encoder);
    for (int i = 0; i < DISPATCHERS; i++) {
      Thread thread = new Thread(this::dispatch, "weft-batcher-" + i);
      thread.setDaemon(true);
      // Else it would keep the loader of the job that happened to come first.
      thread.setContextClassLoader(Batcher.class.getClassLoader());
      threads.add(thread);
      thread.start();
    }
  }

  TextEncoder encoder() {
    return encoder;
  }

  VectorCache cache() {
    return cache;
  }

  EncodeCounters counters() {
    return encoder.counters();
  }

  int queued() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  void join(BatchLease caller) {
    cache.growTo(caller.cacheBytes());
    lock.lock();
    try {
      promised += caller.inFlight();
    } finally {
      lock.unlock();
    }
  }

  /** Cancels the caller's rows. False if it has left before. */
  boolean leave(BatchLease caller) {
    List<PendingRow> dropped = new ArrayList<>();
    lock.lock();
    try {
      if (caller.closed) {
        return false;
      }
      caller.closed = true;
      promised -= caller.inFlight();
      queue.removeIf(row -> row.caller == caller && dropped.add(row));
      forget(dropped);
      recount();
      wake();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    dropped.forEach(row -> row.cancel(false));
    return true;
  }

  CompletableFuture<float[]> submit(BatchLease caller, String text, EncodeOptions options)
      throws InterruptedException {
    float[] known = cache.find(text, options).orElse(null);
    if (known != null) {
      return CompletableFuture.completedFuture(known);
    }
    double share = share(text, options);
    lock.lockInterruptibly();
    try {
      while (!caller.closed && caller.outstanding >= caller.inFlight()) {
        room.await();
      }
      if (caller.closed) {
        throw new IllegalStateException("the lease is closed");
      }
      PendingRow row = new PendingRow(caller, text, options, share, clock.nanos());
      boolean sooner = queue.isEmpty() || row.deadline() - nextDeadline < 0;
      queue.add(row);
      queuedShare += share;
      outstanding++;
      caller.outstanding++;
      if (sooner) {
        nextDeadline = row.deadline();
      }
      if (sooner || isReady()) {
        work.signal();
      }
      return row;
    } finally {
      lock.unlock();
    }
  }

  /** Cancels a row of the caller and frees its place at once, also if it runs. */
  void abandon(BatchLease caller, CompletableFuture<float[]> vector) {
    if (vector instanceof PendingRow row && row.caller == caller) {
      lock.lock();
      try {
        queue.remove(row);
        forget(List.of(row));
        recount();
        wake();
      } finally {
        lock.unlock();
      }
    }
    vector.cancel(false);
  }

  private double share(String text, EncodeOptions options) {
    try {
      double tokens = text.length() / CHARS_A_TOKEN + SPECIAL_TOKENS;
      return Math.min(1, tokens / encoder.batchTokens(options));
    } catch (IllegalArgumentException e) {
      // Its own batch will say so again, to its own future.
      return 1;
    }
  }

  void flush() {
    lock.lock();
    try {
      urgent = !queue.isEmpty();
      wake();
    } finally {
      lock.unlock();
    }
  }

  private boolean isReady() {
    return urgent || queuedShare >= workers || outstanding >= promised;
  }

  /** Whether the model has too little to do for all its workers. */
  private boolean isFree() {
    return runningShare < workers;
  }

  private void wake() {
    if (!queue.isEmpty()) {
      work.signal();
    }
  }

  private void dispatch() {
    try {
      while (!closing) {
        List<PendingRow> window = take();
        if (!window.isEmpty()) {
          encode(window);
        }
      }
    } catch (InterruptedException e) {
      // Only close interrupts, and the thread ends with it.
      Thread.currentThread().interrupt();
    }
  }

  private List<PendingRow> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() || !isFree() || !(isReady() || clock.nanos() - nextDeadline >= 0)) {
        if (queue.isEmpty() || !isFree()) {
          work.await();
        } else {
          clock.await(lock, work, nextDeadline);
        }
      }
      List<PendingRow> window = new ArrayList<>();
      List<PendingRow> cancelled = new ArrayList<>();
      double share = 0;
      while (!queue.isEmpty() && share < (double) BATCHES_A_WORKER * workers) {
        PendingRow row = queue.remove();
        if (row.isDone()) {
          cancelled.add(row);
        } else {
          share += row.share;
          window.add(row);
        }
      }
      runningShare += share;
      forget(cancelled);
      recount();
      wake();
      return window;
    } finally {
      lock.unlock();
    }
  }

  /** After rows have left the queue. */
  private void recount() {
    queuedShare = 0;
    urgent &= !queue.isEmpty();
    for (PendingRow row : queue) {
      boolean sooner = queuedShare == 0 || row.deadline() - nextDeadline < 0;
      nextDeadline = sooner ? row.deadline() : nextDeadline;
      queuedShare += row.share;
    }
  }

  private void encode(List<PendingRow> window) {
    long now = clock.nanos();
    window.forEach(row -> row.started = now);
    windows.encode(window);
  }

  /** Called when rows are about to be completed; their callers may hand in others. */
  void done(List<PendingRow> rows) {
    long now = clock.nanos();
    List<PendingRow> awaited;
    lock.lock();
    try {
      awaited = forget(rows);
      rows.forEach(row -> runningShare -= row.share);
      if (isFree()) {
        wake();
      }
    } finally {
      lock.unlock();
    }
    awaited.forEach(row -> row.caller.observer().row(row.started - row.queued, now - row.started));
  }

  /** Those that their callers had not abandoned before, which are counted down here. */
  private List<PendingRow> forget(List<PendingRow> rows) {
    List<PendingRow> counted = rows.stream().filter(row -> row.outstanding).toList();
    outstanding -= counted.size();
    for (PendingRow row : counted) {
      row.outstanding = false;
      row.caller.outstanding--;
    }
    if (!counted.isEmpty()) {
      room.signalAll();
    }
    return counted;
  }

  boolean isClosing() {
    return closing;
  }

  /** Waits for the batches that run. Called once, after the last caller has left. */
  void close() {
    closing = true;
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          // The model's memory must not be freed under a batch.
          interrupted = true;
        }
      }
    }
    encoder.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
