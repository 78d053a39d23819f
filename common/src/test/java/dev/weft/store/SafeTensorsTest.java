// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTensorsTest {
  @TempDir Path folder;
  private Path file;
  private NDManager device;

  @BeforeEach
  void start() {
    file = folder.resolve("model.safetensors");
    device = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    device.close();
  }

  /** The bytes are those of numpy and torch on a little-endian machine. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "F64  | 182d4454fb210940 00000000000004c0 | 3.1415927 -2.5",
        "F32  | db0f4940 000020c0                 | 3.1415927 -2.5",
        "F16  | 4842 00c1                         | 3.140625  -2.5",
        "BF16 | 4940 20c0                         | 3.140625  -2.5",
        "I64  | 0700000000000000 fdffffffffffffff | 7 -3",
        "I32  | 07000000 fdffffff                 | 7 -3",
        "I16  | 0700 fdff                         | 7 -3",
        "I8   | 07 fd                             | 7 -3",
        "U8   | 07 fd                             | 7 253",
        "BOOL | 00 01                             | 0 1",
      })
  void everyElementTypeIsReadAsFloat32(String type, String hex, String numbers) throws IOException {
    byte[] data = HexFormat.of().parseHex(hex.replace(" ", ""));
    write("{%s}".formatted(tensor("t", type, "2", 0, data.length)), data);

    NDArray tensor = read("t");

    assertThat(tensor.getDataType()).isEqualTo(DataType.FLOAT32);
    assertThat(tensor.getShape()).isEqualTo(new Shape(2));
    String[] expected = numbers.trim().split(" +");
    assertThat(tensor.toFloatArray())
        .containsExactly(Float.parseFloat(expected[0]), Float.parseFloat(expected[1]));
  }

  @Test
  void bfloat16IsWidenedInPieces() throws IOException {
    int length = (1 << 20) + 3;
    ByteBuffer data = ByteBuffer.allocate(2 * length).order(ByteOrder.LITTLE_ENDIAN);
    float[] expected = new float[length];
    for (int i = 0; i < length; i++) {
      expected[i] = i % 251;
      data.putShort((short) (Float.floatToRawIntBits(expected[i]) >> 16));
    }
    write("{%s}".formatted(tensor("t", "BF16", length + ", 1", 0, data.limit())), data.array());

    NDArray tensor = weights().tensor("t", length, 1);

    assertThat(tensor.getShape()).isEqualTo(new Shape(length, 1));
    assertThat(tensor.toFloatArray()).isEqualTo(expected);
  }

  @Test
  void rowsColumnsAndOffsetsAreThoseOfTheHeader() throws IOException {
    String header = tensor("b", "F32", "2, 3", 4, 28) + ", " + tensor("a", "F32", "1", 0, 4);
    write("{%s}   ".formatted(header), floats(9, 1.5f, -2, 3, 4, 5, 6));

    SafeTensors tensors = SafeTensors.open(file);

    assertThat(tensors.names()).containsExactlyInAnyOrder("a", "b");
    assertThat(read("a").toFloatArray()).containsExactly(9);
    NDArray b = weights().tensor("b", 2, 3);
    assertThat(b.getShape()).isEqualTo(new Shape(2, 3));
    assertThat(b.getFloat(0, 1)).isEqualTo(-2);
    assertThat(b.getFloat(1, 0)).isEqualTo(4);
  }

  @Test
  void aScalarHasNoDimensionsAndAnEmptyTensorNoBytes() throws IOException {
    String header = tensor("scalar", "F32", "", 0, 4) + ", " + tensor("empty", "F32", "0, 3", 4, 4);
    write("{%s}".formatted(header), floats(2.5f));

    SafeTensors tensors = SafeTensors.open(file);

    NDArray scalar = read("scalar");
    assertThat(scalar.getShape().dimension()).isZero();
    assertThat(scalar.getFloat()).isEqualTo(2.5f);
    NDArray empty = read("empty");
    assertThat(empty.getShape()).isEqualTo(new Shape(0, 3));
  }

  @Test
  void metadataIsNoTensor() throws IOException {
    String metadata = "\"__metadata__\": {\"format\": \"pt\", \"shape\": \"[7]\"}";
    write("{%s, %s}".formatted(metadata, tensor("t", "F32", "1", 0, 4)), floats(8));

    assertThat(SafeTensors.open(file).names()).containsExactly("t");
  }

  @Test
  void aTensorStaysWhenTheFileChanges() throws IOException {
    write("{%s}".formatted(tensor("t", "F32", "2", 0, 8)), floats(1, 2));
    NDArray tensor = read("t");

    write("{%s}".formatted(tensor("t", "F32", "2", 0, 8)), floats(8, 9));

    assertThat(tensor.toFloatArray()).containsExactly(1, 2);
  }

  @Test
  void aMissingFileIsNamed() {
    assertRefused(file + ": cannot be read");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void aFileWithoutALengthFieldIsRefused(int size) throws IOException {
    Files.write(file, new byte[size]);

    assertRefused(
        "not a safetensors file: " + size + " bytes is less than the header's length field");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 0, 1, 25, Long.MAX_VALUE})
  void aHeaderLengthThatCannotBeIsRefused(long length) throws IOException {
    writeRaw(length, "{}".getBytes(UTF_8), new byte[22]);

    assertRefused("header length " + length + " at offset 0, the file has 32 bytes");
  }

  @Test
  void aHeaderAboveTheLimitOfTheFormatIsRefusedBeforeItIsRead() throws IOException {
    writeRaw(100_000_001, "{}".getBytes(UTF_8), new byte[0]);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(100_000_100);
    }

    assertRefused("header length 100000001 at offset 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "no json",
        "{\"t\": 1}",
        "{\"t\": {\"dtype\": \"F32\"",
        "{\"t\": {\"dtype\": \"F32\", \"shape\": [\"x\"], \"data_offsets\": [0, 4]}}",
        "{\"t\": {\"dtype\": \"F32\", \"shape\": 1, \"data_offsets\": [0, 4]}}",
        "{\"t\": {\"dtype\": \"F32\", \"shape\": [0.5], \"data_offsets\": [0, 4]}}",
        "{} {}",
        "{} rest",
      })
  void aHeaderThatIsNoObjectOfTensorsIsRefused(String header) throws IOException {
    write(header, floats(1));

    assertRefused("header at offset 8 is not valid (");
  }

  @Test
  void aFileCutShortIsRefused() throws IOException {
    write("{%s}".formatted(tensor("t", "F32", "2", 0, 8)), floats(1, 2));
    long size = Files.size(file);
    truncate(size - 1);

    assertRefused(
        "tensor \"t\" has data_offsets [0, 8] outside the file: its data starts at offset "
            + (size - 8)
            + " and it has "
            + (size - 1)
            + " bytes; it may be cut short");
  }

  @ParameterizedTest
  @CsvSource({"0, 9223372036854775807", "4, 12", "8, 4", "-4, 4", "-8, -4", "9, 9"})
  void offsetsOutsideTheFileAreRefused(long begin, long end) throws IOException {
    write("{%s}".formatted(tensor("t", "F32", "2", begin, end)), floats(1, 2));

    assertRefused("tensor \"t\" has data_offsets [" + begin + ", " + end + "] outside the file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0, 4, 8"})
  void offsetsMustBeTwo(String offsets) throws IOException {
    String header = "{\"t\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [%s]}}";
    write(header.formatted(offsets), floats(1, 2));

    assertRefused("tensor \"t\" needs two data_offsets, but has [" + offsets + "]");
  }

  @ParameterizedTest
  @CsvSource({"3, 12", "'1, 1', 4", "'', 4", "0, 0", "'2, 2', 16"})
  void bytesMustBeAsManyAsTheShapeNeeds(String shape, int needed) throws IOException {
    String header = "{%s}".formatted(tensor("t", "F32", shape, 0, 8));
    write(header, floats(1, 2));

    assertRefused(
        "tensor \"t\" at offset %d has 8 bytes, but shape [%s] of F32 needs %d"
            .formatted(8 + header.length(), shape, needed));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-2, -1", "0, -1", "-9223372036854775808"})
  void aNegativeShapeIsRefused(String shape) throws IOException {
    write("{%s}".formatted(tensor("t", "F32", shape, 0, 8)), floats(1, 2));

    assertRefused("tensor \"t\" has a negative shape [" + shape + "]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4294967296, 4294967296", "4611686018427387904", "9223372036854775807"})
  void aShapeBeyondAllMemoryIsRefused(String shape) throws IOException {
    write("{%s}".formatted(tensor("t", "F32", shape, 0, 8)), floats(1, 2));

    assertRefused("tensor \"t\" has a shape beyond all memory: [" + shape + "]");
  }

  @Test
  void tensorsThatShareBytesAreRefused() throws IOException {
    String header =
        "{%s, %s}".formatted(tensor("late", "F32", "2", 4, 12), tensor("early", "F32", "2", 0, 8));
    write(header, floats(1, 2, 3));

    assertRefused(
        "tensor \"late\" at offset %d overlaps tensor \"early\"".formatted(12 + header.length()));
  }

  @Test
  void aNameThatStandsTwiceIsRefused() throws IOException {
    String header =
        "{%s, %s}".formatted(tensor("t", "F32", "1", 0, 4), tensor("t", "F32", "1", 4, 8));
    write(header, floats(1, 2));

    assertRefused("tensor \"t\" stands twice in the header");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F8_E4M3", "f32", ""})
  void anUnknownElementTypeListsTheKnownOnes(String type) throws IOException {
    write("{%s}".formatted(tensor("t", type, "2", 0, 2)), floats(1));

    assertRefused(
        "tensor \"t\" has dtype \""
            + type
            + "\", which is not known; known: [I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL]");
  }

  @Test
  void aMissingTensorListsTheFirstNames() throws IOException {
    StringBuilder header = new StringBuilder("{" + tensor("t0", "F32", "1", 0, 4));
    for (int i = 1; i < 9; i++) {
      header.append(", ").append(tensor("t" + i, "F32", "0", 4, 4));
    }
    write(header + "}", floats(1));
    Weights weights = weights();

    assertThat(weights.has("t8")).isTrue();
    assertThat(weights.has("bias")).isFalse();
    assertThatThrownBy(() -> weights.tensor("bias", 1))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file
                + ": tensor \"bias\" is missing; there are [t0, t1, t2, t3, t4, t5, t6, t7]"
                + " and more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "1, 2, 1", "2, 1"})
  void anotherShapeThanTheConfigurationAsksForIsRefused(String shape) throws IOException {
    write("{%s}".formatted(tensor("t", "F32", shape, 0, 8)), floats(1, 2));
    Weights weights = weights();

    assertThatThrownBy(() -> weights.tensor("t", 1, 2))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "%s: tensor \"t\" has shape [%s], but the configuration asks for [1, 2]"
                .formatted(file, shape));
  }

  @Test
  void aFileCutShortAfterItWasOpenedIsRefused() throws IOException {
    String header = "{%s}".formatted(tensor("t", "F32", "2", 0, 8));
    write(header, floats(1, 2));
    SafeTensors tensors = SafeTensors.open(file);
    truncate(Files.size(file) - 1);

    assertThatThrownBy(() -> new TensorReader(device).read(tensors.entry("t")))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + ": ends before tensor \"t\" at offset " + (8 + header.length()));
  }

  private Weights weights() {
    return new FileWeights(SafeTensors.open(file), new TensorReader(device));
  }

  private NDArray read(String name) {
    return new TensorReader(device).read(SafeTensors.open(file).entry(name));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  private static String tensor(String name, String type, String shape, long begin, long end) {
    return "\"%s\": {\"dtype\": \"%s\", \"shape\": [%s], \"data_offsets\": [%d, %d]}"
        .formatted(name, type, shape, begin, end);
  }

  private static byte[] floats(float... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return bytes.array();
  }

  private void write(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(UTF_8);
    writeRaw(json.length, json, data);
  }

  private void writeRaw(long length, byte[] header, byte[] data) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.length);
    Files.write(
        file, bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(header).put(data).array());
  }

  private void truncate(long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }
}
