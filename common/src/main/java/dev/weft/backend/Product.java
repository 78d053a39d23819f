// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.core.Linear;
import java.util.Optional;

/** How x·Wᵀ + b is computed, and in which type W lies in memory. Many threads may call it. */
interface Product {
  /**
   * As the weights are. The numbers of W lie in memory as those of Wᵀ do: torch's product then
   * reads both factors along their rows, which its kernels do some percent faster.
   */
  Product FLOAT32 =
      new Product() {
        @Override
        public NDArray weight(NDArray weight) {
          return turned(weight);
        }

        @Override
        public Optional<NDArray> bias(Optional<NDArray> bias, NDManager device) {
          return bias;
        }

        @Override
        public NDArray apply(NDArray x, NDArray weight, Optional<NDArray> bias) {
          return bias.map(b -> Linear.linear(x, weight, b))
              .orElseGet(() -> Linear.linear(x, weight))
              .singletonOrThrow();
        }
      };

  /** Takes ownership of W, and returns a copy in which its columns lie one behind the other. */
  static NDArray turned(NDArray weight) {
    try (weight;
        NDArray turned = weight.transpose();
        NDArray copy = turned.flatten()) {
      return copy.reshape(turned.getShape()).transpose();
    }
  }

  /** Takes ownership of W (out, in) in float32, and returns it as {@link #apply} wants it. */
  NDArray weight(NDArray weight);

  /** The b that {@link #apply} wants. */
  Optional<NDArray> bias(Optional<NDArray> bias, NDManager device);

  /**
   * One product.
   *
   * @param x (…, in) float32
   * @param weight what {@link #weight} returned
   * @param bias (out), of {@link #bias}
   * @return (…, out) float32; the engine may refuse to change it in place
   */
  NDArray apply(NDArray x, NDArray weight, Optional<NDArray> bias);
}
