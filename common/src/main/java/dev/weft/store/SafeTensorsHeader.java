// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the header of a safetensors file: eight bytes of length, then a JSON object from tensor
 * name to {@code {"dtype", "shape", "data_offsets": [begin, end]}}, offsets counted from the end of
 * the header. The file is untrusted, so nothing is allocated by its word: the length is compared
 * with the file's and with the format's limit, and every tensor must lie inside the file, hold as
 * many bytes as its shape needs, and share none with another.
 */
final class SafeTensorsHeader {
  private static final int PREFIX = 8;

  /** The reference implementation refuses longer headers too. */
  private static final long MAX_LENGTH = 100_000_000;

  private final Path file;
  private final long dataStart;
  private final long fileSize;
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();

  private SafeTensorsHeader(Path file, long dataStart, long fileSize) {
    this.file = file;
    this.dataStart = dataStart;
    this.fileSize = fileSize;
  }

  static Map<String, TensorEntry> read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < PREFIX) {
      throw new ModelException(
          file
              + ": not a safetensors file: "
              + size
              + " bytes is less than the header's length field");
    }
    long length = bytes(file, channel, 0, PREFIX).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > MAX_LENGTH || length > size - PREFIX) {
      throw new ModelException(
          file
              + ": not a safetensors file, or cut short: header length "
              + length
              + " at offset 0, the file has "
              + size
              + " bytes");
    }
    String json =
        StandardCharsets.UTF_8.decode(bytes(file, channel, PREFIX, (int) length)).toString();
    SafeTensorsHeader header = new SafeTensorsHeader(file, PREFIX + length, size);
    header.parse(json);
    header.checkOverlap();
    return Collections.unmodifiableMap(header.entries);
  }

  private static ByteBuffer bytes(Path file, FileChannel channel, long at, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new ModelException(file + ": ends at offset " + (at + buffer.position()));
      }
    }
    return buffer.flip();
  }

  private void parse(String json) {
    try (JsonReader reader = new JsonReader(new StringReader(json))) {
      reader.beginObject();
      while (reader.hasNext()) {
        String name = reader.nextName();
        if (name.equals("__metadata__")) {
          reader.skipValue();
        } else if (entries.put(name, entry(name, reader)) != null) {
          throw new ModelException(file + ": tensor \"" + name + "\" stands twice in the header");
        }
      }
      reader.endObject();
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalStateException("it goes on after its end");
      }
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new ModelException(
          file + ": header at offset " + PREFIX + " is not valid (" + e.getMessage() + ")", e);
    }
  }

  private TensorEntry entry(String name, JsonReader reader) throws IOException {
    String where = file + ": tensor \"" + name + "\"";
    String type = "";
    List<Long> shape = List.of();
    List<Long> offsets = List.of();
    reader.beginObject();
    while (reader.hasNext()) {
      switch (reader.nextName()) {
        case "dtype" -> type = reader.nextString();
        case "shape" -> shape = longs(reader);
        case "data_offsets" -> offsets = longs(reader);
        default -> reader.skipValue();
      }
    }
    reader.endObject();
    if (offsets.size() != 2) {
      throw new ModelException(where + " needs two data_offsets, but has " + offsets);
    }
    return check(where, name, ElementType.parse(where, type), shape, offsets);
  }

  private static List<Long> longs(JsonReader reader) throws IOException {
    List<Long> values = new ArrayList<>();
    reader.beginArray();
    while (reader.peek() != JsonToken.END_ARRAY) {
      values.add(reader.nextLong());
    }
    reader.endArray();
    return values;
  }

  private TensorEntry check(
      String where, String name, ElementType type, List<Long> shape, List<Long> offsets) {
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin < 0 || end < begin || end > fileSize - dataStart) {
      throw new ModelException(
          where
              + " has data_offsets "
              + offsets
              + " outside the file: its data starts at offset "
              + dataStart
              + " and it has "
              + fileSize
              + " bytes; it may be cut short");
    }
    if (shape.stream().anyMatch(size -> size < 0)) {
      throw new ModelException(where + " has a negative shape " + shape);
    }
    long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
    long expected;
    try {
      expected = type.bytes(dimensions);
    } catch (ArithmeticException e) {
      throw new ModelException(where + " has a shape beyond all memory: " + shape, e);
    }
    if (end - begin != expected) {
      throw new ModelException(
          where
              + " at offset "
              + (dataStart + begin)
              + " has "
              + (end - begin)
              + " bytes, but shape "
              + shape
              + " of "
              + type
              + " needs "
              + expected);
    }
    return TensorEntry.dense(file, name, type, dimensions, dataStart + begin);
  }

  private void checkOverlap() {
    List<TensorEntry> inOrder = new ArrayList<>(entries.values());
    inOrder.sort(Comparator.comparingLong(TensorEntry::begin).thenComparing(TensorEntry::end));
    for (int i = 1; i < inOrder.size(); i++) {
      TensorEntry before = inOrder.get(i - 1);
      TensorEntry after = inOrder.get(i);
      if (after.begin() < before.end()) {
        throw new ModelException(
            file
                + ": tensor \""
                + after.name()
                + "\" at offset "
                + after.begin()
                + " overlaps tensor \""
                + before.name()
                + "\"");
      }
    }
  }
}
