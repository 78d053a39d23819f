// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;

/** y = x·Wᵀ + b, with W (out, in) as torch stores it. */
record Linear(NDArray weight, NDArray bias) {

  static Linear load(Names names, String name, int in, int out) {
    return new Linear(names.tensor(name + ".weight", out, in), names.tensor(name + ".bias", out));
  }

  NDArray apply(NDArray x) {
    return ai.djl.nn.core.Linear.linear(x, weight, bias).singletonOrThrow();
  }
}
