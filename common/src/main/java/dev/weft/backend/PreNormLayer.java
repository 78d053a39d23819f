// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.backend.LayeredEncoder.Layer;
import java.util.Optional;

/**
 * A layer whose norms come before its parts (Xiong et al. 2020, arXiv:2002.04745):
 *
 * <pre>
 *   a  = x + attention(norm(x))
 *   x' = a + feedForward(norm(a))
 * </pre>
 *
 * @param attentionNorm absent where the input is normalised already
 */
record PreNormLayer(
    Optional<Norm> attentionNorm,
    SelfAttention attention,
    Norm feedForwardNorm,
    FeedForward feedForward)
    implements Layer {

  @Override
  public NDArray forward(NDArray x, Relations relations) {
    try (NDArray a = Layer.sum(attend(x, relations), x);
        NDArray normed = feedForwardNorm.apply(a)) {
      return Layer.sum(feedForward.apply(normed), a);
    }
  }

  private NDArray attend(NDArray x, Relations relations) {
    if (attentionNorm.isEmpty()) {
      return attention.forward(x, relations);
    }
    try (NDArray normed = attentionNorm.get().apply(x)) {
      return attention.forward(normed, relations);
    }
  }
}
