// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The list of a zip archive: each entry is a range of the file. (The JDK's reader hands out streams
 * and keeps places, links and names that stand twice to itself.) Nothing is unpacked here.
 * Immutable; the channel stays the opener's.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format</a>
 */
final class ZipDirectory {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int LOCAL_LENGTH = 30;
  private static final int CENTRAL_LENGTH = 46;
  private static final int MAX_DIRECTORY = 64 << 20;
  private static final int ENCRYPTED = 1;
  private static final int UNIX = 3;
  private static final int ZIP64_FIELD = 1;
  private static final long IN_ZIP64 = 0xffffffffL;

  private final Path file;
  private final FileChannel channel;
  private final FileRange directory;
  private final String advice;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private ZipDirectory(Path file, FileChannel channel, FileRange directory, String advice) {
    this.file = file;
    this.channel = channel;
    this.directory = directory;
    this.advice = advice;
  }

  /**
   * One line of the directory, as it stands there.
   *
   * @param mode the file's type and rights in Unix, or 0 if it was not written there
   */
  record Entry(int flags, int method, int mode, int crc, long packed, long size, long header) {
    boolean isEncrypted() {
      return (flags & ENCRYPTED) != 0;
    }
  }

  /** Whether a file with this start is an archive. */
  static boolean isZip(ByteBuffer start) {
    return start.remaining() >= Integer.BYTES
        && start.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt() == LOCAL;
  }

  /**
   * Reads the list.
   *
   * @param advice what to do about a broken archive
   */
  static ZipDirectory read(Path file, FileChannel channel, String advice) throws IOException {
    ZipDirectory zip = new ZipDirectory(file, channel, ZipEnd.directory(file, channel), advice);
    if (zip.directory.size() > MAX_DIRECTORY) {
      throw zip.broken("its list of " + zip.directory.size() + " bytes is too long");
    }
    ByteBuffer list = bytes(file, channel, zip.directory.begin(), (int) zip.directory.size());
    while (list.hasRemaining()) {
      zip.add(list);
    }
    return zip;
  }

  /** Names of all entries. */
  Set<String> names() {
    return entries.keySet();
  }

  /** Every entry under its name, in the order of the list. */
  Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /**
   * The range of an entry.
   *
   * @throws ModelException if there is none, or it is compressed, encrypted or outside the file
   */
  FileRange find(String name) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw broken("it has no entry \"" + name + "\"");
    }
    if (entry.method() != 0 || entry.isEncrypted()) {
      throw broken("entry \"" + name + "\" is compressed or encrypted; torch.save stores as it is");
    }
    if (entry.packed() != entry.size()) {
      throw broken("entry \"" + name + "\" has sizes or an offset that cannot be");
    }
    return packed(name, entry);
  }

  /** The range of what is stored of an entry, compressed or not. */
  FileRange packed(String name, Entry entry) throws IOException {
    if (entry.header() > directory.begin() - LOCAL_LENGTH) {
      throw broken("entry \"" + name + "\" has sizes or an offset that cannot be");
    }
    ByteBuffer header = bytes(file, channel, entry.header(), LOCAL_LENGTH);
    long begin =
        entry.header()
            + LOCAL_LENGTH
            + unsigned(header.getShort(26))
            + unsigned(header.getShort(28));
    if (header.getInt(0) != LOCAL || entry.packed() > directory.begin() - begin) {
      throw broken("entry \"" + name + "\" at offset " + entry.header() + " is not in the file");
    }
    return new FileRange(begin, entry.packed());
  }

  private void add(ByteBuffer list) {
    int at = list.position();
    if (list.remaining() < CENTRAL_LENGTH || list.getInt(at) != CENTRAL) {
      throw broken("its list is broken at offset " + (directory.begin() + at));
    }
    int nameLength = unsigned(list.getShort(at + 28));
    int extraLength = unsigned(list.getShort(at + 30));
    int length = CENTRAL_LENGTH + nameLength + extraLength + unsigned(list.getShort(at + 32));
    if (list.remaining() < length) {
      throw broken("its list is broken at offset " + (directory.begin() + at));
    }
    ByteBuffer text = list.slice(at + CENTRAL_LENGTH, nameLength);
    String name = StandardCharsets.UTF_8.decode(text).toString();
    ByteBuffer wide = zip64(list.slice(at + CENTRAL_LENGTH + nameLength, extraLength));
    long size = wide(list.getInt(at + 24), wide);
    long packed = wide(list.getInt(at + 20), wide);
    long header = wide(list.getInt(at + 42), wide);
    int flags = unsigned(list.getShort(at + 8));
    int method = unsigned(list.getShort(at + 10));
    int mode = list.get(at + 5) == UNIX ? list.getInt(at + 38) >>> 16 : 0;
    int crc = list.getInt(at + 16);
    Entry entry = new Entry(flags, method, mode, crc, packed, size, header);
    if (entries.put(name, entry) != null) {
      throw broken("entry \"" + name + "\" stands twice in its list");
    }
    list.position(at + length);
  }

  /** The extra field with numbers of eight bytes; empty if there is none. */
  private static ByteBuffer zip64(ByteBuffer extra) {
    extra.order(ByteOrder.LITTLE_ENDIAN);
    while (extra.remaining() >= 4) {
      int kind = unsigned(extra.getShort());
      int length = Math.min(unsigned(extra.getShort()), extra.remaining());
      if (kind == ZIP64_FIELD) {
        return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  /** A number of four bytes, or of eight where the four say so. */
  private long wide(int narrow, ByteBuffer wide) {
    if (Integer.toUnsignedLong(narrow) != IN_ZIP64) {
      return Integer.toUnsignedLong(narrow);
    }
    if (wide.remaining() < Long.BYTES || wide.getLong(wide.position()) < 0) {
      throw broken("a size or offset of its list is missing");
    }
    return wide.getLong();
  }

  private static int unsigned(short value) {
    return Short.toUnsignedInt(value);
  }

  /** A part of the file that was found to be inside it. */
  static ByteBuffer bytes(Path file, FileChannel channel, long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new ModelException(file + ": ends at offset " + (at + buffer.position()));
      }
    }
    return buffer.flip();
  }

  ModelException broken(String what) {
    return new ModelException(
        file + ": a zip archive, but " + what + "; it may be cut short; " + advice);
  }
}
