// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.weft.TestEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorDataTest {
  private NDManager device;

  @BeforeEach
  void start() {
    device = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    device.close();
  }

  /** The bytes are those of numpy on a little-endian machine. */
  @ParameterizedTest
  @CsvSource({
    "FLOAT64, F64, 0000000000001c40 0000000000000840",
    "FLOAT32, F32, 0000e040 00004040",
    "FLOAT16, F16, 0047 0042",
    "INT64, I64, 0700000000000000 0300000000000000",
    "INT32, I32, 07000000 03000000",
    "INT8, I8, 07 03",
    "UINT8, U8, 07 03",
    "BOOLEAN, BOOL, 01 01",
  })
  void anArrayKeepsItsType(DataType type, String dtype, String hex) throws IOException {
    NDArray array = device.create(new float[] {7, 3}, new Shape(2, 1)).toType(type, true);

    TensorData data = TensorData.of(array);

    assertThat(data.dtype()).isEqualTo(dtype);
    assertThat(data.shape()).containsExactly(2, 1);
    assertThat(HexFormat.of().formatHex(bytes(data))).isEqualTo(hex.replace(" ", ""));
    assertThat(HexFormat.of().formatHex(bytes(data))).as("again").isEqualTo(hex.replace(" ", ""));
  }

  @Test
  void anArrayIsWrittenInTheOrderOfItsShape() throws IOException {
    NDArray matrix = device.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
    assertThat(floats(TensorData.of(matrix.transpose()))).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(TensorData.of(matrix.transpose()).shape()).containsExactly(3, 2);
    assertThat(floats(TensorData.of(matrix.get(":, 1:")))).containsExactly(2, 3, 5, 6);
    assertThat(matrix.toFloatArray()).as("stays open").hasSize(6);
  }

  @Test
  void scalarsAndEmptyArraysHaveTheirShape() throws IOException {
    TensorData scalar = TensorData.of(device.create(2.5f));
    assertThat(scalar.shape()).isEmpty();
    assertThat(floats(scalar)).containsExactly(2.5f);

    TensorData empty = TensorData.of(device.create(new Shape(0, 3)));
    assertThat(empty.shape()).containsExactly(0, 3);
    assertThat(floats(empty)).isEmpty();
  }

  @Test
  void manyNumbersAreWrittenInPieces() throws IOException {
    int length = (1 << 22) + 5;
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = i % 8191;
    }
    assertThat(floats(TensorData.of(numbers, length))).isEqualTo(numbers);
    assertThat(floats(TensorData.of(device.create(numbers)))).isEqualTo(numbers);
  }

  @Test
  void nothingIsLeftOnTheDevice() throws IOException {
    NDArray array = device.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
    int before = device.getManagedArrays().size();

    bytes(TensorData.of(array));

    assertThat(device.getManagedArrays()).hasSize(before);
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "-1, -3", "0, 3", "4, 1", "9223372036854775807, 3"})
  void floatsMustBeAsManyAsTheShapeHolds(long rows, long columns) {
    assertThatThrownBy(() -> TensorData.of(new float[] {1, 2, 3}, rows, columns))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [" + rows + ", " + columns + "] does not hold 3 numbers");
  }

  @Test
  void floatsAreF32() {
    TensorData data = TensorData.of(new float[] {1, 2, 3}, 1, 3);

    assertThat(data.dtype()).isEqualTo("F32");
    assertThat(data.shape()).containsExactly(1, 3);
  }

  private static float[] floats(TensorData data) throws IOException {
    byte[] bytes = bytes(data);
    float[] numbers = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    return numbers;
  }

  private static byte[] bytes(TensorData data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    data.writeTo(Channels.newChannel(bytes));
    return bytes.toByteArray();
  }
}
