// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.EncodeCounters;
import dev.weft.EncodeOptions;
import java.util.concurrent.CompletableFuture;

/**
 * One caller's place at the batcher of a model. Rows of all callers share batches.
 *
 * <p>Methods may be called by any thread. Futures are completed by threads of the batcher and the
 * model, so what is chained to them must be short: hand the vector over, do not work with it there.
 *
 * <p>{@link #close} cancels the rows that are not done; their futures end with a {@link
 * java.util.concurrent.CancellationException}, that of a row that runs when its batch is done. The
 * last caller to close stops the batcher's threads, waits for the batch that is running, and gives
 * the model back; so a future must not close the lease.
 */
public final class BatchLease implements AutoCloseable {
  private final Batchers batchers;
  private final Batcher batcher;
  private final BatchTerms terms;
  private final BatchObserver observer;

  /** Guarded by the batcher's lock. */
  int outstanding;

  /** Set under the batcher's lock. */
  volatile boolean closed;

  BatchLease(Batchers batchers, Batcher batcher, BatchTerms terms, BatchObserver observer) {
    this.batchers = batchers;
    this.batcher = batcher;
    this.terms = terms;
    this.observer = observer;
  }

  /**
   * Hands in a text. Waits while the caller has as many rows in flight as it promised at most.
   *
   * @return the text's vector, the holder's own. Ends with an exception if this text cannot be
   *     encoded, whatever became of its neighbours, and with an {@link Error} if the model cannot
   *     go on
   * @throws IllegalStateException if the lease is closed
   */
  public CompletableFuture<float[]> submit(String text, EncodeOptions options)
      throws InterruptedException {
    return batcher.submit(this, text, options);
  }

  /**
   * Gives a row up: cancels its future and lets another be handed in instead. It is not encoded if
   * it still waits, and told to no observer. A row that is done stays as it is.
   *
   * @param vector what {@link #submit} returned
   */
  public void abandon(CompletableFuture<float[]> vector) {
    batcher.abandon(this, vector);
  }

  /** No row of this caller will come soon: those that wait for a batch to fill stop waiting. */
  public void flush() {
    batcher.flush();
  }

  /** Rows of all callers that wait for a batch. */
  public int queued() {
    return batcher.queued();
  }

  /** What the model has done so far, for whomever. */
  public EncodeCounters counters() {
    return batcher.counters();
  }

  /** Rows of all callers whose vector was in the cache. */
  public long cacheHits() {
    return batcher.cache().hits();
  }

  /** Rows of all callers that were looked for in the cache in vain. */
  public long cacheMisses() {
    return batcher.cache().misses();
  }

  int inFlight() {
    return terms.inFlight();
  }

  long linger() {
    return terms.linger().toNanos();
  }

  long cacheBytes() {
    return terms.cacheBytes();
  }

  BatchObserver observer() {
    return observer;
  }

  @Override
  public void close() {
    if (batcher.leave(this)) {
      batchers.release(batcher);
    }
  }
}
