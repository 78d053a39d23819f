// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** Time that stands still until a test moves it. */
final class FakeClock implements BatchClock {
  private final Semaphore waits = new Semaphore(0);
  private volatile long now = 1_000;
  private Lock lock;
  private Condition condition;

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void await(Lock heldLock, Condition waited, long deadline) throws InterruptedException {
    lock = heldLock;
    condition = waited;
    waits.release();
    waited.await();
  }

  /** Returns when a dispatcher has decided to wait for rows that may come, once for each time. */
  void awaitWaiting() throws InterruptedException {
    waits.acquire();
  }

  /** Only after {@link #awaitWaiting}. */
  void advance(long nanos) {
    lock.lock();
    try {
      now += nanos;
      condition.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
