// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Finds the list of a zip archive from its end, in the plain form and in that of zip64. */
final class ZipEnd {
  private static final int END = 0x06054b50;
  private static final int LOCATOR = 0x07064b50;
  private static final int END64 = 0x06064b50;
  private static final int END_LENGTH = 22;
  private static final int LOCATOR_LENGTH = 20;
  private static final int END64_LENGTH = 56;
  private static final int MAX_COMMENT = 0xffff;

  private ZipEnd() {}

  static FileRange directory(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    int length = (int) Math.min(size, LOCATOR_LENGTH + END_LENGTH + MAX_COMMENT);
    ByteBuffer tail = ZipDirectory.bytes(file, channel, size - length, length);
    for (int at = length - END_LENGTH; at >= 0; at--) {
      int comment = at + 20 < length ? Short.toUnsignedInt(tail.getShort(at + 20)) : 0;
      if (tail.getInt(at) == END && at + END_LENGTH + comment == length) {
        long end = size - length + at;
        boolean wide = at >= LOCATOR_LENGTH && tail.getInt(at - LOCATOR_LENGTH) == LOCATOR;
        return wide
            ? wide(file, channel, tail.getLong(at - LOCATOR_LENGTH + 8), end)
            : checked(
                file,
                Integer.toUnsignedLong(tail.getInt(at + 16)),
                Integer.toUnsignedLong(tail.getInt(at + 12)),
                end);
      }
    }
    throw broken(file);
  }

  private static FileRange wide(Path file, FileChannel channel, long at, long end)
      throws IOException {
    if (at < 0 || at > end - LOCATOR_LENGTH - END64_LENGTH) {
      throw broken(file);
    }
    ByteBuffer record = ZipDirectory.bytes(file, channel, at, END64_LENGTH);
    if (record.getInt(0) != END64) {
      throw broken(file);
    }
    return checked(file, record.getLong(48), record.getLong(40), at);
  }

  private static FileRange checked(Path file, long begin, long size, long end) {
    if (begin < 0 || size < 0 || size > end || begin > end - size) {
      throw broken(file);
    }
    return new FileRange(begin, size);
  }

  private static ModelException broken(Path file) {
    return new ModelException(
        file + ": a zip archive without its list at the end; it is cut short; fetch it again");
  }
}
