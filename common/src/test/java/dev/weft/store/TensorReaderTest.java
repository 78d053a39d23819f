// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pieces and pages so small that a tensor of a few bytes takes as many as one of gigabytes. */
class TensorReaderTest {
  private static final int BEGIN = 3;

  @TempDir Path folder;
  private NDManager device;

  @BeforeEach
  void start() {
    device = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    device.close();
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void piecesMakeTheTensorWhateverItsType(ElementType type) throws IOException {
    long[] shape = {3, 7};
    TensorEntry entry = TensorEntry.dense(write(type, 21), "t", type, shape, BEGIN);

    for (int piece : new int[] {8, 16, 24, 168, 1 << 10}) {
      NDArray tensor = new TensorReader(device, piece).read(entry);

      assertThat(tensor.getShape()).isEqualTo(new Shape(shape));
      assertThat(tensor.toFloatArray()).as("piece %d", piece).isEqualTo(numbers(type, 21));
    }
  }

  /** One reader has one buffer for tensors of all sizes and types. */
  @Test
  void tensorsDoNotDisturbEachOther() throws IOException {
    TensorReader reader = new TensorReader(device, 64);
    NDArray first = reader.read(entry(ElementType.F32, 21, 21));
    NDArray second = reader.read(entry(ElementType.BF16, 5, 5));
    NDArray third = reader.read(entry(ElementType.I64, 30, 2, 15));

    assertThat(first.toFloatArray()).isEqualTo(numbers(ElementType.F32, 21));
    assertThat(second.toFloatArray()).isEqualTo(numbers(ElementType.BF16, 5));
    assertThat(third.toFloatArray()).isEqualTo(numbers(ElementType.I64, 30));
  }

  @Test
  void onlyTheTensorStaysOnTheDevice() throws IOException {
    TensorEntry entry = entry(ElementType.F16, 21, 3, 7);
    int before = device.getManagedArrays().size();

    new TensorReader(device, 8).read(entry);

    assertThat(device.getManagedArrays()).hasSize(before + 1);
  }

  /** Views of 0 to 23 as (2, 3, 4), with their numbers as torch has them. */
  @ParameterizedTest
  @CsvSource({
    "'2, 3, 4', '12, 4, 1', 0, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
    "'4, 2, 3', '1, 12, 4', 0, 0 4 8 12 16 20 1 5 9 13 17 21 2 6 10 14 18 22 3 7 11 15 19 23",
    "'3, 4, 2', '4, 1, 12', 0, 0 12 1 13 2 14 3 15 4 16 5 17 6 18 7 19 8 20 9 21 10 22 11 23",
    "'2, 2, 4', '12, 4, 1', 4, 4 5 6 7 8 9 10 11 16 17 18 19 20 21 22 23",
    "'2, 3, 2', '12, 4, 1', 1, 1 2 5 6 9 10 13 14 17 18 21 22",
    "'2, 3, 2', '12, 4, 2', 1, 1 3 5 7 9 11 13 15 17 19 21 23",
    "'2, 1, 4', '12, 99, 1', 8, 8 9 10 11 20 21 22 23",
    "'4, 1, 2', '1, 7, 12', 8, 8 20 9 21 10 22 11 23",
    "'2', '23', 0, 0 23",
    "'3, 2', '5, 5', 1, 1 6 6 11 11 16",
    "'3, 2', '0, 5', 1, 1 6 1 6 1 6",
    "'2, 3', '5, 0', 1, 1 1 1 6 6 6",
  })
  void viewsAreReadInRowMajorOrder(String shape, String strides, long offset, String expected)
      throws IOException {
    for (ElementType type : new ElementType[] {ElementType.F32, ElementType.F16, ElementType.U8}) {
      Path file = write(type, 24);
      long begin = BEGIN + offset * type.bytes();
      TensorEntry entry =
          new TensorEntry(file, "t", type, longs(shape, ", "), longs(strides, ", "), begin);
      float[] all = numbers(type, 24);
      long[] indices = longs(expected, " ");
      float[] numbers = new float[indices.length];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = all[(int) indices[i]];
      }

      assertThat(new TensorReader(device, 16).read(entry).toFloatArray()).isEqualTo(numbers);
      for (int memory : new int[] {0, 8, 16, 24, 64, 1 << 10}) {
        assertThat(strided(entry, memory)).as("memory %d", memory).isEqualTo(stored(entry));
      }
    }
  }

  /** Bytes that were handed out in buffers of three and five elements. */
  private static byte[] strided(TensorEntry entry, int memory) throws IOException {
    try (FileChannel channel = FileChannel.open(entry.file())) {
      StridedBytes bytes = new StridedBytes(entry, channel, memory);
      ByteBuffer all = ByteBuffer.allocate((int) entry.size());
      for (int count = 3; all.position() < all.capacity(); count = 8 - count) {
        int end = Math.min(all.capacity(), all.position() + count * entry.type().bytes());
        bytes.next(all.limit(end));
      }
      return all.array();
    }
  }

  private static byte[] stored(TensorEntry entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new StoredTensor(entry).writeTo(Channels.newChannel(bytes));
    return bytes.toByteArray();
  }

  @Test
  void whetherATensorIsDenseDependsOnItsStridesAlone() {
    Path file = Path.of("x");
    assertThat(view(file, new long[] {2, 3}, new long[] {3, 1}).isDense()).isTrue();
    assertThat(view(file, new long[] {2, 1, 3}, new long[] {3, 99, 1}).isDense()).isTrue();
    assertThat(view(file, new long[] {}, new long[] {}).isDense()).isTrue();
    assertThat(view(file, new long[] {3, 0}, new long[] {7, 7}).isDense()).isTrue();
    assertThat(view(file, new long[] {2, 3}, new long[] {1, 2}).isDense()).isFalse();
    assertThat(view(file, new long[] {2, 3}, new long[] {4, 1}).isDense()).isFalse();
    assertThat(view(file, new long[] {3}, new long[] {0}).isDense()).isFalse();
  }

  private static TensorEntry view(Path file, long[] shape, long[] strides) {
    return new TensorEntry(file, "t", ElementType.F32, shape, strides, 0);
  }

  /** The range of a dense tensor, and that of a view, which reaches further than it has bytes. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aFileCutShortAfterItWasFoundIsRefused(long stride) throws IOException {
    Path file = write(ElementType.F32, 24);
    TensorEntry entry =
        new TensorEntry(file, "t", ElementType.F32, new long[] {4}, new long[] {stride}, BEGIN);
    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(entry.end() - 1);
    }
    String message = file + ": ends before tensor \"t\" at offset 3";

    assertThatThrownBy(() -> new TensorReader(device).read(entry))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> stored(entry)).isInstanceOf(ModelException.class).hasMessage(message);
  }

  /** However it is read: at once, in pages or run by run. */
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 8", "2, 0"})
  void aFileCutShortWhileItIsReadIsRefused(long stride, int memory) throws IOException {
    Path file = write(ElementType.F32, 24);
    TensorEntry entry =
        new TensorEntry(file, "t", ElementType.F32, new long[] {4}, new long[] {stride}, BEGIN);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      TensorBytes bytes =
          stride == 1 ? new DenseBytes(entry, channel) : new StridedBytes(entry, channel, memory);
      bytes.next(ByteBuffer.allocate(4));
      channel.truncate(BEGIN + 4);

      assertThatThrownBy(() -> bytes.next(ByteBuffer.allocate(12)))
          .isInstanceOf(ModelException.class)
          .hasMessage(file + ": ends before tensor \"t\" at offset 3");
    }
  }

  /** A matrix of 4 MB, and one of its columns and its rows, beyond the length of a near run. */
  @Test
  void farAndNearRunsOfALargeMatrix() throws IOException {
    int rows = 1030;
    int columns = 1024;
    ByteBuffer bytes = ByteBuffer.allocate(4 * rows * columns).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows * columns; i++) {
      bytes.putFloat(i);
    }
    Path file = Files.write(folder.resolve("large"), bytes.array());

    float[] column = read(file, new long[] {rows}, new long[] {columns}, 7);
    float[] transposed = read(file, new long[] {columns, rows}, new long[] {1, columns}, 0);
    float[] wide = read(file, new long[] {rows / 2, 1024}, new long[] {2 * columns, 1}, columns);

    for (int row = 0; row < rows; row++) {
      assertThat(column[row]).isEqualTo(row * columns + 7);
      assertThat(transposed[3 * rows + row]).isEqualTo(row * columns + 3);
      assertThat(transposed[1023 * rows + row]).isEqualTo(row * columns + 1023);
      assertThat(wide[row / 2 * columns + 9]).isEqualTo((row / 2 * 2 + 1) * columns + 9);
    }
  }

  private float[] read(Path file, long[] shape, long[] strides, long offset) {
    TensorEntry entry = new TensorEntry(file, "t", ElementType.F32, shape, strides, 4 * offset);
    return new TensorReader(device).read(entry).toFloatArray();
  }

  @Test
  void aFileThatIsGoneIsNamed() throws IOException {
    TensorEntry entry = entry(ElementType.F32, 4, 4);
    Files.delete(entry.file());

    assertThatThrownBy(() -> new TensorReader(device).read(entry))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(entry.file() + ": tensor \"t\" cannot be read (");
  }

  private TensorEntry entry(ElementType type, int count, long... shape) throws IOException {
    return TensorEntry.dense(write(type, count), "t", type, shape, BEGIN);
  }

  /** A file of the numbers of {@link #numbers}, some bytes from its start. */
  private Path write(ElementType type, int count) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(BEGIN + count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(BEGIN);
    for (float number : numbers(type, count)) {
      switch (type) {
        case I64 -> bytes.putLong((long) number);
        case F64 -> bytes.putDouble(number);
        case F32 -> bytes.putFloat(number);
        case I32 -> bytes.putInt((int) number);
        case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits(number) >> 16));
        case F16 -> bytes.putShort(half(number));
        case I16 -> bytes.putShort((short) number);
        case I8, U8, BOOL -> bytes.put((byte) number);
      }
    }
    return Files.write(Files.createTempFile(folder, type.name(), ""), bytes.array());
  }

  /** All different, in the range of the type; those of two bytes have few digits. */
  private static float[] numbers(ElementType type, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] =
          switch (type) {
            case BOOL -> i * i % 3 % 2;
            case U8 -> 255 - i;
            case I8 -> i % 2 == 0 ? i : -i;
            case I16, I32, I64 -> (i % 2 == 0 ? i : -i) * 300;
            case F16, BF16, F32, F64 -> (i % 2 == 0 ? i : -i) * 0.25f + 0.5f;
          };
    }
    return numbers;
  }

  /** A normal number of few digits as float16. */
  private static short half(float number) {
    int bits = Float.floatToRawIntBits(number);
    if (bits << 1 == 0) {
      return 0;
    }
    int exponent = (bits >> 23 & 0xff) - 127 + 15;
    return (short) (bits >>> 16 & 0x8000 | exponent << 10 | bits >> 13 & 0x3ff);
  }

  private static long[] longs(String text, String separator) {
    String[] parts = text.split(separator);
    long[] numbers = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = Long.parseLong(parts[i]);
    }
    return numbers;
  }
}
