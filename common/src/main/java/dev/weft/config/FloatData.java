// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;

/** Numbers of this process, written as float32. */
final class FloatData implements TensorData {
  private static final int PART = 1 << 14;

  private final long[] shape;
  private final Supplier<float[]> values;

  FloatData(long[] shape, Supplier<float[]> values) {
    this.shape = shape.clone();
    this.values = values;
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  @Override
  public String dtype() {
    return "F32";
  }

  @Override
  public void writeTo(WritableByteChannel channel) throws IOException {
    float[] all = values.get();
    ByteBuffer part = ByteBuffer.allocate(PART * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int start = 0; start < all.length; start += PART) {
      int length = Math.min(PART, all.length - start);
      part.clear().limit(length * Float.BYTES);
      part.asFloatBuffer().put(all, start, length);
      while (part.hasRemaining()) {
        channel.write(part);
      }
    }
  }
}
