// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files of the two formats of torch around a pickle of the test's own. */
final class TorchBytes {
  private TorchBytes() {}

  /** An archive with one storage of four floats, 1 to 4, under the key 0. */
  static byte[] zip(byte[] pickle) {
    return entries(
        "m/data.pkl", pickle, "m/byteorder", "little".getBytes(US_ASCII), "m/data/0", floats(4));
  }

  /** An archive of stored entries: names and contents in turn. */
  static byte[] entries(Object... namesAndContents) {
    return archive(ZipEntry.STORED, namesAndContents);
  }

  static byte[] archive(int method, Object... namesAndContents) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        byte[] content = (byte[]) namesAndContents[i + 1];
        ZipEntry entry = new ZipEntry((String) namesAndContents[i]);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(method);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The format before 1.6: keys of storages, then each with its count and its floats. */
  static byte[] legacy(byte[] pickle, byte[] keys, byte[] storages) {
    return legacy(1001, 0x88, pickle, keys, storages);
  }

  static byte[] legacy(int version, int littleEndian, byte[] pickle, byte[] keys, byte[] storages) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(TorchStream.START);
    bytes.writeBytes(PickleBytes.start().integer(version).stop());
    bytes.writeBytes(PickleBytes.valueOf("little_endian").code(littleEndian).set());
    bytes.writeBytes(pickle);
    bytes.writeBytes(keys);
    bytes.writeBytes(storages);
    return bytes.toByteArray();
  }

  /** A list of keys, pickled. */
  static byte[] keys(String... keys) {
    PickleBytes pickle = PickleBytes.start().code(']', '(');
    for (String key : keys) {
      pickle.text(key);
    }
    return pickle.code('e').stop();
  }

  /** A count, and so many floats from 1 on. */
  static byte[] storage(long count, int floats) {
    return ByteBuffer.allocate(8 + 4 * floats)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(count)
        .put(floats(floats))
        .array();
  }

  static byte[] floats(int count) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i <= count; i++) {
      bytes.putFloat(i);
    }
    return bytes.array();
  }
}
