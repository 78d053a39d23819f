// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;

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
    implements LayeredEncoder.Layer {

  // The engine refuses to change the result of a scripted norm in place, so sums are new arrays.
  @Override
  public NDArray forward(NDArray x, Relations relations) {
    try (NDArray attended = attend(x, relations);
        NDArray a = attended.add(x);
        NDArray normed = beforeFeedForward.apply(a);
        NDArray fed = feedForward.apply(normed);
        NDArray last = afterFeedForward.apply(fed)) {
      return last.add(a);
    }
  }

  private NDArray attend(NDArray x, Relations relations) {
    try (NDArray normed = beforeAttention.apply(x);
        NDArray attended = attention.forward(normed, relations)) {
      return afterAttention.apply(attended);
    }
  }
}
