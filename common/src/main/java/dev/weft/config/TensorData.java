// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * One tensor on its way to a file: its type, its shape, and its numbers when they are asked for.
 * What holds the numbers, an array or a file, must stay open and unchanged until then.
 */
public interface TensorData {
  /** The type of its numbers as the safetensors format spells it, such as F32 or BF16. */
  String dtype();

  /** Its dimensions; none for a single number. */
  long[] shape();

  /**
   * Writes the numbers in row-major order without gaps, little endian. May be called again.
   *
   * @param target a blocking channel, which stays open
   * @throws IOException if the target cannot be written
   * @throws ModelException if the file that holds them has changed or cannot be read
   */
  void writeTo(WritableByteChannel target) throws IOException;

  /** An array of the engine, in its own type and whatever its strides; it stays the caller's. */
  static TensorData of(NDArray array) {
    return new ArrayData(array);
  }

  /**
   * Numbers of the heap, as F32; not copied.
   *
   * @throws IllegalArgumentException if the shape needs another number of them
   */
  static TensorData of(float[] numbers, long... shape) {
    return new FloatData(numbers, shape.clone());
  }
}
