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
 */
record Relations(boolean causal, Optional<NDArray> bias, Optional<Rotary.Rotation> rotation) {

  static Relations biased(Optional<NDArray> bias) {
    return new Relations(false, bias, Optional.empty());
  }

  Relations with(Rotary.Rotation angles) {
    return new Relations(causal, bias, Optional.of(angles));
  }
}
