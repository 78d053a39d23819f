// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** y = (x − mean) / √(variance + ε) · γ + β over the last axis, with the biased variance. */
record LayerNorm(NDArray gamma, NDArray beta, float epsilon) implements Norm {

  /** Reads {@code weight} and {@code bias}, or {@code gamma} and {@code beta} of older files. */
  static LayerNorm load(Names names, String name, int width, float epsilon) {
    boolean old = names.has(name + ".gamma");
    return new LayerNorm(
        names.tensor(name + (old ? ".gamma" : ".weight"), width),
        names.tensor(name + (old ? ".beta" : ".bias"), width),
        epsilon);
  }

  /** Reads {@code weight} where the architecture has no β. */
  static LayerNorm loadUnbiased(Names names, String name, int width, float epsilon) {
    NDArray gamma = names.tensor(name + ".weight", width);
    return new LayerNorm(gamma, gamma.zerosLike(), epsilon);
  }

  @Override
  public NDArray apply(NDArray x) {
    Shape width = gamma.getShape();
    return ai.djl.nn.norm.LayerNorm.layerNorm(x, width, gamma, beta, epsilon).singletonOrThrow();
  }
}
