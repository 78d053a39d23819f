// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.StandardOpenOption;

/**
 * A tensor that stays in its file until it is written elsewhere. A dense one goes from file to file
 * without passing the heap; a view is put in order a piece at a time.
 */
record StoredTensor(TensorEntry entry) implements TensorData {
  private static final int PIECE = 1 << 20;

  @Override
  public String dtype() {
    return entry.type().name();
  }

  @Override
  public long[] shape() {
    return entry.shape().clone();
  }

  @Override
  public void writeTo(WritableByteChannel target) throws IOException {
    try (FileChannel channel = FileChannel.open(entry.file(), StandardOpenOption.READ)) {
      TensorBytes bytes = TensorBytes.of(entry, channel);
      if (entry.isDense()) {
        transfer(channel, target);
      } else {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, entry.size()));
        for (long left = entry.size(); left > 0; left -= piece.limit()) {
          bytes.next(piece.clear().limit((int) Math.min(piece.capacity(), left)));
          for (piece.flip(); piece.hasRemaining(); ) {
            target.write(piece);
          }
        }
      }
    }
  }

  private void transfer(FileChannel channel, WritableByteChannel target) throws IOException {
    for (long at = entry.begin(); at < entry.end(); ) {
      long count = channel.transferTo(at, entry.end() - at, target);
      if (count == 0 && channel.size() < entry.end()) {
        throw TensorBytes.cutShort(entry);
      }
      at += count;
    }
  }
}
