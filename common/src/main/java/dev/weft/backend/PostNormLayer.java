// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;

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
    implements LayeredEncoder.Layer {

  @Override
  public NDArray forward(NDArray x, Relations relations) {
    try (NDArray attended = attention.forward(x, relations);
        NDArray a = attentionNorm.apply(attended.addi(x));
        NDArray narrow = feedForward.apply(a)) {
      return outputNorm.apply(narrow.addi(a));
    }
  }
}
