// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.backend.LayeredEncoder.Layer;

/**
 * A layer as BERT has it, each norm after its sum:
 *
 * <pre>
 *   a  = norm(x + attention(x))
 *   x' = norm(a + feedForward(a))
 * </pre>
 */
record PostNormLayer(
    SelfAttention attention, Norm attentionNorm, FeedForward feedForward, Norm outputNorm)
    implements Layer {

  @Override
  public NDArray forward(NDArray x, Relations relations) {
    try (NDArray attended = Layer.sum(attention.forward(x, relations), x);
        NDArray a = attentionNorm.apply(attended);
        NDArray fed = Layer.sum(feedForward.apply(a), a)) {
      return outputNorm.apply(fed);
    }
  }
}
