// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A tensor that is one range of its file. */
final class DenseBytes implements TensorBytes {
  private final TensorEntry entry;
  private final FileChannel channel;
  private long position;

  DenseBytes(TensorEntry entry, FileChannel channel) {
    this.entry = entry;
    this.channel = channel;
    this.position = entry.begin();
  }

  @Override
  public void next(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      int count = channel.read(target, position);
      if (count < 0) {
        throw TensorBytes.cutShort(entry);
      }
      position += count;
    }
  }
}
