// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** Numbers of the heap. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record FloatData(float[] numbers, long[] shape) implements TensorData {
  private static final int PIECE = 1 << 16;

  FloatData {
    boolean negative = Arrays.stream(shape).anyMatch(size -> size < 0);
    // In double: exact up to the length of any array, and above it never equal to one.
    double needed = Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
    if (negative || needed != numbers.length) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " does not hold " + numbers.length + " numbers");
    }
  }

  @Override
  public String dtype() {
    return "F32";
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  @Override
  public void writeTo(WritableByteChannel target) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(4 * PIECE).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < numbers.length; at += PIECE) {
      int count = Math.min(PIECE, numbers.length - at);
      piece.clear().limit(4 * count);
      piece.asFloatBuffer().put(numbers, at, count);
      while (piece.hasRemaining()) {
        target.write(piece);
      }
    }
  }
}
