// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import java.time.Duration;

/**
 * What a caller of a batcher promises and asks for.
 *
 * @param inFlight the most rows it has handed in and not got back; zero for a caller that only
 *     keeps the batcher open
 * @param linger how long a row may wait for others to fill its batch
 * @param cacheBytes memory for vectors of texts that come again, about; zero for none. The batcher
 *     keeps as much as the caller that asks for most
 */
public record BatchTerms(int inFlight, Duration linger, long cacheBytes) {
  public BatchTerms {
    if (inFlight < 0 || linger.isNegative() || cacheBytes < 0) {
      throw new IllegalArgumentException(
          "inFlight, linger and cacheBytes must not be negative: "
              + inFlight
              + ", "
              + linger
              + ", "
              + cacheBytes);
    }
  }

  /** Of a caller that hands in nothing and keeps the model loaded. */
  public static BatchTerms keepOpen() {
    return new BatchTerms(0, Duration.ZERO, 0);
  }
}
