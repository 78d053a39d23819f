// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.Device;
import dev.weft.config.Dtype;
import java.util.ArrayList;
import java.util.List;

/**
 * The scripted functions of one encoder, closed together. Filled while the encoder is loaded, by
 * one thread; not changed afterwards.
 */
final class Scripts implements AutoCloseable {
  private final Device device;
  private final Dtype dtype;
  private final List<ScriptFunction> functions = new ArrayList<>();
  private final Product product;
  private final int lanes;

  /**
   * An encoder's functions.
   *
   * @param dtype what matrices are multiplied in
   */
  Scripts(Device device, Dtype dtype) {
    this.device = device;
    this.dtype = dtype;
    this.product = choose();
    this.lanes = device.isGpu() ? 0 : CpuFlags.lanes(CpuFlags.ofThisMachine());
  }

  private Product choose() {
    if (dtype != Dtype.FLOAT32) {
      return new NarrowProduct(dtype, this);
    }
    return device.isGpu() ? Product.FLOAT32 : PackedProduct.orPlain(this);
  }

  Dtype dtype() {
    return dtype;
  }

  /** See {@link CpuFlags#lanes}; zero on a GPU. */
  int lanes() {
    return lanes;
  }

  /** What every product with weights is computed by. */
  Product product() {
    return product;
  }

  /**
   * Compiles a function that lives as long as this.
   *
   * @see ScriptFunction#compile
   */
  ScriptFunction compile(String parameters, String body) {
    ScriptFunction function = ScriptFunction.compile(parameters, body, device);
    functions.add(function);
    return function;
  }

  @Override
  public void close() {
    functions.forEach(ScriptFunction::close);
  }
}
