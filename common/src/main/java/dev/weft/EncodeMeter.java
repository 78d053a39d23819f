// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what the calls it is given to do, apart from those of others who share the model: {@code
 * options.withMeter(meter)}. It is told once a window and once a batch. Mutable, for any number of
 * threads; counts of a call are complete when the call returns.
 */
public final class EncodeMeter {
  private final LongAdder batches = new LongAdder();
  private final LongAdder texts = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final LongAdder paddedTokens = new LongAdder();
  private final LongAdder truncated = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder tokenizeNanos = new LongAdder();
  private final LongAdder waitNanos = new LongAdder();
  private final LongAdder modelNanos = new LongAdder();

  /** What the calls have done so far. */
  public EncodeCounters counters() {
    return new EncodeCounters(
        batches.sum(),
        texts.sum(),
        tokens.sum(),
        paddedTokens.sum(),
        truncated.sum(),
        failed.sum(),
        tokenizeNanos.sum(),
        waitNanos.sum(),
        modelNanos.sum());
  }

  void tokenized(long nanos, int truncatedTexts) {
    tokenizeNanos.add(nanos);
    truncated.add(truncatedTexts);
  }

  void waited(long nanos) {
    waitNanos.add(nanos);
  }

  void ran(long nanos, int rows, long rowTokens, long positions) {
    batches.increment();
    texts.add(rows);
    tokens.add(rowTokens);
    paddedTokens.add(positions);
    modelNanos.add(nanos);
  }

  void failed() {
    failed.increment();
  }
}
