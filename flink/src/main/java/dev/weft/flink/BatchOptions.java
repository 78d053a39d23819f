// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.io.Serializable;
import java.time.Duration;

/**
 * How a stream is embedded in batches. Immutable.
 *
 * @param capacity the most rows a subtask holds until their vectors are there; a checkpoint holds
 *     them too. All subtasks of a TaskManager together should hold twice what the model runs at
 *     once, or batches stay small: 1024 is plenty for a CPU and short texts on a GPU
 * @param linger how long a row may wait for others to fill its batch. Nobody waits while the model
 *     has enough to do, or when no more rows can come
 * @param order of the rows that go out
 * @param onError what becomes of a row whose text cannot be embedded
 * @param timeout how long a row may be held by {@link Weft#embed}; zero for as long as it takes. A
 *     row waits for all that are before it in the shared queue, so count those of every subtask
 * @param cacheBytes memory for vectors of texts that come again, shared by all subtasks of a
 *     TaskManager; zero for none
 */
public record BatchOptions(
    int capacity, Duration linger, Order order, OnError onError, Duration timeout, long cacheBytes)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Rows in their order, five milliseconds of linger, no timeout, failures end the job. */
  public static final BatchOptions DEFAULT =
      new BatchOptions(1024, Duration.ofMillis(5), Order.ORDERED, OnError.FAIL, Duration.ZERO, 0);

  /** The order of the rows that go out. Watermarks keep their place in both. */
  public enum Order {
    /** As they came in. */
    ORDERED,
    /** As their vectors are done, but never across a watermark. */
    UNORDERED
  }

  /**
   * What becomes of a row whose text cannot be embedded. A model that breaks, as one that finds no
   * memory, ends the job whatever is chosen.
   */
  public enum OnError {
    /** The job fails. */
    FAIL,
    /** The row goes on with a vector of length zero, like one without a text. */
    NULL,
    /** The row goes to {@link Weft#deadLetters} with the reason. */
    SIDE_OUTPUT
  }

  public BatchOptions {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, but is " + capacity);
    }
    if (linger.isNegative() || timeout.isNegative() || cacheBytes < 0) {
      throw new IllegalArgumentException(
          "linger, timeout and cacheBytes must not be negative: "
              + linger
              + ", "
              + timeout
              + ", "
              + cacheBytes);
    }
  }

  public BatchOptions withCapacity(int rows) {
    return new BatchOptions(rows, linger, order, onError, timeout, cacheBytes);
  }

  public BatchOptions withLinger(Duration wait) {
    return new BatchOptions(capacity, wait, order, onError, timeout, cacheBytes);
  }

  public BatchOptions withOrder(Order other) {
    return new BatchOptions(capacity, linger, other, onError, timeout, cacheBytes);
  }

  public BatchOptions withOnError(OnError mode) {
    return new BatchOptions(capacity, linger, order, mode, timeout, cacheBytes);
  }

  public BatchOptions withTimeout(Duration wait) {
    return new BatchOptions(capacity, linger, order, onError, wait, cacheBytes);
  }

  public BatchOptions withCacheBytes(long bytes) {
    return new BatchOptions(capacity, linger, order, onError, timeout, bytes);
  }
}
