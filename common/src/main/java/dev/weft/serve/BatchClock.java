// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** Time as a batcher sees it, so that tests can hold it still. */
interface BatchClock {
  /** The time of the machine. */
  BatchClock SYSTEM =
      new BatchClock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // The caller's loop.
        public void await(Lock lock, Condition condition, long deadline)
            throws InterruptedException {
          condition.awaitNanos(deadline - System.nanoTime());
        }
      };

  /** Nanoseconds since some moment. */
  long nanos();

  /**
   * Waits for the condition, at most until the deadline; may return early. The lock is held.
   *
   * @param deadline on the scale of {@link #nanos}
   */
  void await(Lock lock, Condition condition, long deadline) throws InterruptedException;
}
