// SPDX-License-Identifier: Apache-2.0
package dev.weft;

/**
 * What an {@link Embedder} has done since it was loaded, or what the calls of an {@link
 * EncodeMeter} have. Times are nanoseconds.
 *
 * @param batches calls of the model
 * @param texts texts that went through it
 * @param tokens their tokens
 * @param paddedTokens positions computed, tokens and padding
 * @param truncated texts with more tokens than the model takes, cut or refused
 * @param failed texts that got no vector
 * @param tokenizeNanos time spent on tokens, by the threads that called
 * @param waitNanos time the calls' windows of texts waited for a worker
 * @param modelNanos time in the model, summed over the workers, so it may exceed the time passed
 */
public record EncodeCounters(
    long batches,
    long texts,
    long tokens,
    long paddedTokens,
    long truncated,
    long failed,
    long tokenizeNanos,
    long waitNanos,
    long modelNanos) {
  /** Nothing done. */
  public static final EncodeCounters ZERO = new EncodeCounters(0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Both together. */
  public EncodeCounters plus(EncodeCounters other) {
    return since(ZERO.since(other));
  }

  /** What was done since earlier counters of the same model or meter. */
  public EncodeCounters since(EncodeCounters earlier) {
    return new EncodeCounters(
        batches - earlier.batches,
        texts - earlier.texts,
        tokens - earlier.tokens,
        paddedTokens - earlier.paddedTokens,
        truncated - earlier.truncated,
        failed - earlier.failed,
        tokenizeNanos - earlier.tokenizeNanos,
        waitNanos - earlier.waitNanos,
        modelNanos - earlier.modelNanos);
  }
}
