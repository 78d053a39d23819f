// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.Dtype;
import java.util.Optional;

/**
 * Multiplies in a type of 16 bits: inputs are narrowed, results widened, as torch's autocast does.
 * The sums in between are float32 in the kernels. The engine's binding ends the process when it is
 * asked for such types itself, so they exist inside scripted functions, as weights, and as products
 * that are added to a float32 bias at once, which widens them.
 */
final class NarrowProduct implements Product {
  private final ScriptFunction narrow;
  private final ScriptFunction multiply;

  NarrowProduct(Dtype dtype, Scripts scripts) {
    String x = to("x", dtype);
    this.narrow = scripts.compile("x: Tensor", "return " + x + "\n");
    this.multiply = scripts.compile("x: Tensor, w: Tensor", "return torch.linear(" + x + ", w)\n");
  }

  /** An expression of a script in another type. */
  static String to(String expression, Dtype dtype) {
    return "torch.to(%s, %d)".formatted(expression, dtype.scalarType());
  }

  @Override
  public NDArray weight(NDArray weight) {
    try (NDArray turned = Product.turned(weight)) {
      return narrow.call(turned);
    }
  }

  @Override
  public Optional<NDArray> bias(Optional<NDArray> bias, NDManager device) {
    return bias.or(() -> Optional.of(device.zeros(new Shape(1))));
  }

  @Override
  public NDArray apply(NDArray x, NDArray weight, Optional<NDArray> bias) {
    try (NDArray product = multiply.call(x, weight)) {
      return product.add(bias.orElseThrow());
    }
  }
}
