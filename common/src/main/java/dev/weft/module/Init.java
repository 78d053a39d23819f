// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * First values of weights that nobody has trained yet, drawn as torch draws them, though not the
 * same ones. The same seed gives the same values, on every device. Mutable, for one thread.
 */
final class Init {
  private final NDManager device;
  private final SplittableRandom random;

  Init(NDManager device, long seed) {
    this.device = device;
    this.random = new SplittableRandom(seed);
  }

  /** U(−1/√n, 1/√n), the default of torch's Linear, Conv1d and LSTM, n being the fan-in. */
  NDArray uniform(int fanIn, long... shape) {
    double bound = 1 / Math.sqrt(fanIn);
    return fill(() -> random.nextDouble(-bound, bound), shape);
  }

  /** N(0, 1), the default of torch's Embedding and EmbeddingBag. */
  NDArray normal(long... shape) {
    return fill(this::nextGaussian, shape);
  }

  /** Box and Muller's first value; the second is not kept. */
  private double nextGaussian() {
    double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
    return radius * Math.cos(2 * Math.PI * random.nextDouble());
  }

  private NDArray fill(DoubleSupplier values, long... shape) {
    Shape whole = new Shape(shape);
    float[] numbers = new float[Math.toIntExact(whole.size())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) values.getAsDouble();
    }
    return device.create(numbers, whole);
  }
}
