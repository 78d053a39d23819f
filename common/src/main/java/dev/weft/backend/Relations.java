// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * How the tokens of one batch stand to each other, as attention needs it. Belongs to the batch.
 *
 * @param causal whether a token sees itself and those before it only; then there is no bias
 * @param bias what is added to the scores, broadcast to (B, heads, T, T)
 * @param rotation the angles of rotary positions
 * @param buckets the number of the bucket of each distance, (1, 1, T, T) int64
 */
record Relations(
    boolean causal,
    Optional<NDArray> bias,
    Optional<Rotary.Rotation> rotation,
    Optional<NDArray> buckets) {

  /** Every token sees those before it and itself. */
  static Relations onlyBefore() {
    return new Relations(true, Optional.empty(), Optional.empty(), Optional.empty());
  }

  static Relations biased(Optional<NDArray> bias) {
    return new Relations(false, bias, Optional.empty(), Optional.empty());
  }

  Relations with(Rotary.Rotation angles) {
    return new Relations(causal, bias, Optional.of(angles), buckets);
  }

  Relations with(NDArray bucketOfEach) {
    return new Relations(causal, bias, rotation, Optional.of(bucketOfEach));
  }
}
