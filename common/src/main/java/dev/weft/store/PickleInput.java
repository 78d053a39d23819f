// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The bytes of a pickle, read forward between two offsets of a file through a small buffer.
 * Mutable, for one thread; the channel stays the opener's.
 */
final class PickleInput {
  /** Long enough for any name; a longer text is refused before anything is allocated for it. */
  static final int MAX_TEXT = 1 << 16;

  private static final int MAX_LINE = 256;

  private final Path file;
  private final FileChannel channel;
  private final long end;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 13).order(ByteOrder.LITTLE_ENDIAN);
  private long bufferEnd;
  private long instruction;

  PickleInput(Path file, FileChannel channel, long begin, long end) {
    this.file = file;
    this.channel = channel;
    this.end = end;
    this.bufferEnd = begin;
    this.instruction = begin;
    buffer.limit(0);
  }

  /** Offset in the file of the byte that follows. */
  long offset() {
    return bufferEnd - buffer.remaining();
  }

  /** Reads an instruction; complaints name its offset until the next one. */
  PickleOpcode instruction() {
    instruction = offset();
    return PickleOpcode.of(unsigned(), this);
  }

  /** A byte, 0 to 255. */
  int unsigned() {
    return ready(1).get() & 0xff;
  }

  int unsignedShort() {
    return ready(2).getShort() & 0xffff;
  }

  int signed() {
    return ready(4).getInt();
  }

  /** Four bytes that count or number something. */
  long count() {
    return Integer.toUnsignedLong(signed());
  }

  /** An integer of so many bytes, in two's complement. */
  long integer(int bytes) {
    if (bytes > Long.BYTES) {
      throw refused("an integer of " + bytes + " bytes is more than weights need");
    }
    ByteBuffer in = ready(bytes);
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      long next = i == bytes - 1 ? in.get() : in.get() & 0xff;
      value |= next << (8 * i);
    }
    return value;
  }

  void skip(int bytes) {
    ByteBuffer in = ready(bytes);
    in.position(in.position() + bytes);
  }

  /** A text of so many bytes. */
  String text(long bytes) {
    if (bytes > MAX_TEXT || bytes > end - offset()) {
      throw refused("a text of " + bytes + " bytes is more than there are, or than weights need");
    }
    ByteBuffer text = ByteBuffer.allocate((int) bytes);
    while (text.hasRemaining()) {
      ByteBuffer in = ready(1);
      int count = Math.min(in.remaining(), text.remaining());
      text.put(in.slice(in.position(), count));
      in.position(in.position() + count);
    }
    return decode(text.flip());
  }

  /** A text up to the end of its line. */
  String line() {
    ByteBuffer text = ByteBuffer.allocate(MAX_LINE);
    for (byte next = ready(1).get(); next != '\n'; next = ready(1).get()) {
      if (!text.hasRemaining()) {
        throw refused("a name of more than " + MAX_LINE + " bytes");
      }
      text.put(next);
    }
    return decode(text.flip());
  }

  private String decode(ByteBuffer text) {
    try {
      CharBuffer chars = StandardCharsets.UTF_8.newDecoder().decode(text);
      return chars.toString();
    } catch (CharacterCodingException e) {
      throw refused("a text that is not UTF-8");
    }
  }

  /** The buffer, with so many bytes in it; no more than it can hold. */
  private ByteBuffer ready(int bytes) {
    if (buffer.remaining() < bytes) {
      if (bytes > end - offset()) {
        throw refused("the pickle goes on after its end at offset " + end);
      }
      try {
        fill();
      } catch (IOException e) {
        throw new ModelException(file + ": cannot be read (" + e.getMessage() + ")", e);
      }
    }
    return buffer;
  }

  private void fill() throws IOException {
    buffer.compact();
    buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + end - bufferEnd));
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, bufferEnd);
      if (count < 0) {
        throw refused("the file ends at offset " + bufferEnd);
      }
      bufferEnd += count;
    }
    buffer.flip();
  }

  /** What is wrong with the instruction that was read last. */
  ModelException refused(String what) {
    return new ModelException(
        file
            + ": pickle at offset "
            + instruction
            + ": "
            + what
            + "; only tensors are read and nothing is run; "
            + TorchFile.FIX);
  }
}
