// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * What one layer does with every token by itself; leaves {@code x} (B, T, H) open and unchanged.
 */
interface FeedForward {
  NDArray apply(NDArray x);

  /** act(x·W₁ + b₁)·W₂ + b₂. */
  record Plain(Linear in, HiddenAct activation, Linear out) implements FeedForward {
    @Override
    public NDArray apply(NDArray x) {
      try (NDArray wide = in.apply(x);
          NDArray active = activation.apply(wide)) {
        return out.apply(active);
      }
    }
  }

  /**
   * (act(x·W) ⊙ x·V)·W₂ (Shazeer 2020, arXiv:2002.05202): GeGLU, SwiGLU.
   *
   * @param in both products as one, the one under the activation first
   */
  record Gated(Linear in, HiddenAct activation, Linear out) implements FeedForward {
    @Override
    public NDArray apply(NDArray x) {
      try (NDArray wide = in.apply(x);
          NDList halves = wide.split(2, 2);
          NDArray active = activation.apply(halves.get(0));
          NDArray gated = active.muli(halves.get(1))) {
        return out.apply(gated);
      }
    }
  }
}
