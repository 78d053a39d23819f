// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;

/** y = x / √(mean(x²) + ε) · γ over the last axis (Zhang and Sennrich 2019, arXiv:1910.07467). */
record RmsNorm(NDArray gamma, ScriptFunction function) implements Norm {

  /** Compiled once for all norms of an encoder. */
  static ScriptFunction compile(Scripts scripts, float epsilon) {
    return scripts.compile(
        "x: Tensor, gamma: Tensor", "return " + expression("x", "gamma", epsilon) + "\n");
  }

  /** The formula in TorchScript, for functions that need it among other things. */
  static String expression(String x, String gamma, float epsilon) {
    return "torch.mul(torch.mul(%1$s, torch.rsqrt(torch.add(torch.mean(torch.mul(%1$s, %1$s), [-1], True), %3$s))), %2$s)"
        .formatted(x, gamma, epsilon);
  }

  /** Reads {@code weight}. */
  static RmsNorm load(Names names, String name, int width, ScriptFunction function) {
    return new RmsNorm(names.tensor(name + ".weight", width), function);
  }

  @Override
  public NDArray apply(NDArray x) {
    return function.call(x, gamma);
  }
}
