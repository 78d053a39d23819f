// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The bytes of one tensor in row-major order, little endian, handed out once from first to last.
 * Mutable, for one thread; the channel stays the opener's.
 */
interface TensorBytes {
  /**
   * Fills a buffer with the bytes that follow; there must be as many.
   *
   * @throws ModelException if the file became shorter than it was when it was opened
   */
  void next(ByteBuffer target) throws IOException;

  static TensorBytes of(TensorEntry entry, FileChannel channel) throws IOException {
    if (channel.size() < entry.end()) {
      throw cutShort(entry);
    }
    return entry.isDense()
        ? new DenseBytes(entry, channel)
        : new StridedBytes(entry, channel, StridedBytes.PAGES);
  }

  static ModelException cutShort(TensorEntry entry) {
    return new ModelException(
        entry.file() + ": ends before tensor \"" + entry.name() + "\" at offset " + entry.begin());
  }
}
