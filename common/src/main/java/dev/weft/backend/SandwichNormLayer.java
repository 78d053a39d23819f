// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.backend.LayeredEncoder.Layer;

/**
 * A layer whose parts stand between two norms each (Gemma Team 2025, arXiv:2503.19786):
 *
 * <pre>
 *   a  = x + norm(attention(norm(x)))
 *   x' = a + norm(feedForward(norm(a)))
 * </pre>
 */
record SandwichNormLayer(
    Norm beforeAttention,
    SelfAttention attention,
    Norm afterAttention,
    Norm beforeFeedForward,
    FeedForward feedForward,
    Norm afterFeedForward)
    implements Layer {

  @Override
  public NDArray forward(NDArray x, Relations relations) {
    try (NDArray a = Layer.sum(attend(x, relations), x);
        NDArray normed = beforeFeedForward.apply(a);
        NDArray fed = feedForward.apply(normed)) {
      return Layer.sum(afterFeedForward.apply(fed), a);
    }
  }

  private NDArray attend(NDArray x, Relations relations) {
    try (NDArray normed = beforeAttention.apply(x);
        NDArray attended = attention.forward(normed, relations)) {
      return afterAttention.apply(attended);
    }
  }
}
