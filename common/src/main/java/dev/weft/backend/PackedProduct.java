// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/**
 * Multiplies in float32 by oneDNN, which torch brings: W is laid out once as its kernels read it,
 * where torch's own product packs it again for every batch. On AVX2 cores it multiplies a tenth
 * faster (docs/performance.md).
 */
final class PackedProduct implements Product {
  /** oneDNN lays W out for so many rows; other numbers of rows then read the same layout. */
  private static final int ROWS = 512;

  private final ScriptFunction pack;
  private final ScriptFunction multiply;
  private final ScriptFunction multiplyAndAdd;

  private PackedProduct(Scripts scripts) {
    this.pack =
        scripts.compile(
            "w: Tensor", "return ops.mkldnn._reorder_linear_weight(w, %d)\n".formatted(ROWS));
    String call = "return ops.mkldnn._linear_pointwise(x, w, %s, \"none\", [], \"\")\n";
    this.multiply = scripts.compile("x: Tensor, w: Tensor", call.formatted("None"));
    this.multiplyAndAdd = scripts.compile("x: Tensor, w: Tensor, b: Tensor", call.formatted("b"));
  }

  /** Products by oneDNN, where the engine has it for this processor, else as they are. */
  static Product orPlain(Scripts scripts) {
    try {
      PackedProduct product = new PackedProduct(scripts);
      product.probe();
      return product;
    } catch (RuntimeException e) {
      // Builds of the engine without oneDNN refuse the functions, or their first call.
      return FLOAT32;
    }
  }

  private void probe() {
    try (NDManager scope = pack.newManager()) {
      NDArray x = scope.ones(new Shape(1, 1, 1), DataType.FLOAT32);
      apply(x, weight(scope.ones(new Shape(1, 1))), Optional.of(scope.ones(new Shape(1))));
    }
  }

  @Override
  public NDArray weight(NDArray weight) {
    try (weight) {
      return pack.call(weight);
    }
  }

  @Override
  public Optional<NDArray> bias(Optional<NDArray> bias, NDManager device) {
    return bias;
  }

  @Override
  public NDArray apply(NDArray x, NDArray weight, Optional<NDArray> bias) {
    return bias.isPresent() ? multiplyAndAdd.call(x, weight, bias.get()) : multiply.call(x, weight);
  }
}
