// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** An array of the engine. Written in pieces, as one buffer of Java ends at 2 GB. */
record ArrayData(NDArray array) implements TensorData {
  private static final long PIECE = 1 << 22;

  @Override
  public String dtype() {
    return array.getDataType().asSafetensors();
  }

  @Override
  public long[] shape() {
    return array.getShape().getShape();
  }

  @Override
  public void writeTo(WritableByteChannel target) throws IOException {
    try (NDArray flat = array.flatten()) {
      for (long at = 0; at < flat.size(); at += PIECE) {
        long end = Math.min(at + PIECE, flat.size());
        try (NDArray piece = flat.get(new NDIndex().addSliceDim(at, end))) {
          ByteBuffer bytes = piece.toByteBuffer(true);
          while (bytes.hasRemaining()) {
            target.write(bytes);
          }
        }
      }
    }
  }
}
