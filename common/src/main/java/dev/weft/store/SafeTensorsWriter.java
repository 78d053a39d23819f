// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import com.google.gson.stream.JsonWriter;
import dev.weft.config.TensorData;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes a safetensors file, byte for byte as the reference's writer does: tensors of wide types
 * first and then by name, without gaps, behind a header in the same order that is padded with
 * spaces to a multiple of eight. One tensor at a time is in memory, or a piece of it. Stateless.
 *
 * @see <a
 *     href="https://github.com/huggingface/safetensors/blob/main/safetensors/src/tensor.rs">tensor.rs</a>
 */
public final class SafeTensorsWriter {
  private static final String METADATA = "__metadata__";
  private static final int ALIGNMENT = 8;

  private SafeTensorsWriter() {}

  /** One tensor and its place behind the header. */
  private record Line(String name, ElementType type, TensorData data, long size) {}

  /**
   * Writes a file and moves it into place when it is whole: nobody ever sees a part of it, and a
   * file that was there before is replaced at once, or stays as it is if anything fails.
   *
   * @param file the target, which may be the file that some of the tensors are read from
   * @param tensors by their names; their numbers are asked for one after the other
   * @throws IllegalArgumentException if a tensor has an unknown type, a shape that cannot be, the
   *     name {@code __metadata__}, or other numbers than its type and shape need
   * @throws IOException if the file cannot be written
   * @throws dev.weft.config.ModelException if the file that holds a tensor has changed or cannot be
   *     read
   */
  public static void write(Path file, Map<String, TensorData> tensors) throws IOException {
    List<Line> lines =
        tensors.entrySet().stream()
            .map(tensor -> line(tensor.getKey(), tensor.getValue()))
            .sorted(Comparator.comparing(Line::type).thenComparing(Line::name))
            .toList();
    // Not the JDK's temporary files: those are closed to other users.
    Path scratch = file.resolveSibling(".weft-" + UUID.randomUUID());
    try {
      writeTo(scratch, lines);
      Files.move(scratch, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(scratch);
    }
  }

  private static Line line(String name, TensorData data) {
    String where = "tensor \"" + name + "\"";
    ElementType type =
        ElementType.find(data.dtype())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        where
                            + " has dtype \""
                            + data.dtype()
                            + "\", which is not known; known: "
                            + Arrays.toString(ElementType.values())));
    long[] shape = data.shape();
    if (name.equals(METADATA) || Arrays.stream(shape).anyMatch(size -> size < 0)) {
      throw new IllegalArgumentException(
          where + " of shape " + Arrays.toString(shape) + " cannot be in a safetensors file");
    }
    try {
      return new Line(name, type, data, type.bytes(shape));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          where + " has a shape beyond all memory: " + Arrays.toString(shape), e);
    }
  }

  private static void writeTo(Path scratch, List<Line> lines) throws IOException {
    try (FileChannel out =
        FileChannel.open(scratch, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (ByteBuffer header = header(lines); header.hasRemaining(); ) {
        out.write(header);
      }
      for (Line line : lines) {
        long start = out.position();
        line.data().writeTo(out);
        long written = out.position() - start;
        if (written != line.size()) {
          throw new IllegalArgumentException(
              "tensor \""
                  + line.name()
                  + "\" wrote "
                  + written
                  + " bytes, but shape "
                  + Arrays.toString(line.data().shape())
                  + " of "
                  + line.type()
                  + " needs "
                  + line.size());
        }
      }
      // A name that points to a file which the disk does not have yet would survive a crash.
      out.force(true);
    }
  }

  private static ByteBuffer header(List<Line> lines) throws IOException {
    StringWriter text = new StringWriter();
    JsonWriter json = new JsonWriter(text);
    json.beginObject().name(METADATA).beginObject().name("format").value("pt").endObject();
    long at = 0;
    for (Line line : lines) {
      json.name(line.name()).beginObject().name("dtype").value(line.type().name());
      json.name("shape").beginArray();
      for (long size : line.data().shape()) {
        json.value(size);
      }
      json.endArray().name("data_offsets").beginArray().value(at);
      at += line.size();
      json.value(at).endArray().endObject();
    }
    json.endObject();
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    int length = (bytes.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header =
        ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    header.put(bytes);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static void delete(Path scratch) {
    try {
      Files.deleteIfExists(scratch);
    } catch (IOException e) {
      // What is left takes room but is never read; the error that led here matters more.
    }
  }
}
