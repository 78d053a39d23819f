// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;

/**
 * y = x·Wᵀ + b, with W (out, in) as torch stores it. The numbers of W lie in memory as those of Wᵀ
 * do: the product then reads both factors along their rows, which its kernels do some percent
 * faster.
 */
record Linear(NDArray weight, NDArray bias) {

  /** Takes ownership of both arrays. */
  static Linear of(NDArray weight, NDArray bias) {
    try (weight;
        NDArray turned = weight.transpose();
        NDArray copy = turned.flatten()) {
      return new Linear(copy.reshape(turned.getShape()).transpose(), bias);
    }
  }

  static Linear load(Names names, String name, int in, int out) {
    return of(names.tensor(name + ".weight", out, in), names.tensor(name + ".bias", out));
  }

  NDArray apply(NDArray x) {
    return ai.djl.nn.core.Linear.linear(x, weight, bias).singletonOrThrow();
  }
}
