// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;

/**
 * bfloat16 is the upper half of a float32. The engine's binding ends the process when it is given
 * such bytes, so they are widened here, a piece at a time.
 */
final class BFloat16 {
  private static final int PIECE = 1 << 20;

  private BFloat16() {}

  /** The numbers as float32, owned by the device. */
  static NDArray widen(ByteBuffer bytes, Shape shape, NDManager device) {
    ShortBuffer halves = bytes.asShortBuffer();
    try (NDArray flat = device.create(new Shape(shape.size()), DataType.FLOAT32)) {
      for (int start = 0; halves.hasRemaining(); start = halves.position()) {
        float[] numbers = new float[Math.min(PIECE, halves.remaining())];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = Float.intBitsToFloat(halves.get() << 16);
        }
        try (NDArray piece = device.create(numbers)) {
          flat.set(new NDIndex().addSliceDim(start, halves.position()), piece);
        }
      }
      return flat.reshape(shape);
    }
  }
}
