// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * A tensor on its way to a file, wherever it is now. Read once, when the file is written; what it
 * was made from must live until then.
 */
public interface TensorData {
  /** The type as safetensors spells it, such as {@code F32} or {@code BF16}. */
  String dtype();

  /** Its shape; empty for a single number. */
  long[] shape();

  /** A float32 tensor of these values, which are not copied. */
  static TensorData of(float[] values, long... shape) {
    return new FloatData(shape, () -> values);
  }

  /** The values of a float32 array, which must live until they are written. */
  static TensorData of(NDArray array) {
    return new FloatData(array.getShape().getShape(), array::toFloatArray);
  }

  /** Writes all values in order, little endian, without padding. */
  void writeTo(WritableByteChannel channel) throws IOException;
}
