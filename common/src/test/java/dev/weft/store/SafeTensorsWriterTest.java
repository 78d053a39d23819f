// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That whole files equal those of the reference's writer is held by {@link TorchFileTest}. */
class SafeTensorsWriterTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void start() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void wideTypesComeFirstAndThenNames() throws IOException {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("a", bytes("BOOL", 3));
    tensors.put("c", bytes("F32", 2));
    tensors.put("b", bytes("F32", 1));
    tensors.put("d", bytes("I64", 1));
    tensors.put("e", bytes("BF16", 1, 0));

    SafeTensorsWriter.write(file, tensors);

    byte[] content = Files.readAllBytes(file);
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"d\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
            + "\"c\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]},"
            + "\"e\":{\"dtype\":\"BF16\",\"shape\":[1,0],\"data_offsets\":[20,20]},"
            + "\"a\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[20,23]}}";
    int padded = (header.length() + 7) / 8 * 8;
    assertThat(padded).isGreaterThan(header.length());
    assertThat(content).hasSize(8 + padded + 23).startsWith(padded & 0xff, padded >> 8, 0, 0);
    assertThat(new String(content, 8, padded, UTF_8))
        .isEqualTo(header + " ".repeat(padded - header.length()));
    assertThat(content).endsWith('d', 'd', 'd', 'd', 'd', 'd', 'd', 'd');
  }

  @Test
  void namesAreEscaped() throws IOException {
    String name = "a\"b\\c\n\u00e9\ud83d\ude00</x>";
    SafeTensorsWriter.write(file, Map.of(name, bytes("U8", 1)));

    assertThat(SafeTensors.open(file).names()).containsExactly(name);
  }

  @Test
  void noTensorsAreAFileToo() throws IOException {
    SafeTensorsWriter.write(file, Map.of());

    assertThat(SafeTensors.open(file).names()).isEmpty();
  }

  @Test
  void aFileThatWasThereStaysIfATensorFails() throws IOException {
    SafeTensorsWriter.write(file, Map.of("t", bytes("U8", 4)));
    byte[] before = Files.readAllBytes(file);
    IOException noRoom = new IOException("no room");

    assertThatThrownBy(
            () ->
                SafeTensorsWriter.write(
                    file, Map.of("t", data("U8", target -> fail(noRoom), 1), "a", bytes("U8", 9))))
        .isSameAs(noRoom);
    assertThat(file).hasBinaryContent(before);
    assertThat(folder.toFile().list()).containsExactly("model.safetensors");
  }

  @Test
  void nobodySeesAPartOfTheFile() throws IOException {
    TensorData watching =
        data(
            "U8",
            target -> {
              assertThat(file).doesNotExist();
              target.write(ByteBuffer.allocate(2));
            },
            2);

    SafeTensorsWriter.write(file, Map.of("t", watching));

    assertThat(SafeTensors.open(file).entry("t").size()).isEqualTo(2);
    assertThat(folder.toFile().list()).containsExactly("model.safetensors");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path nowhere = folder.resolve("nowhere/model.safetensors");

    assertThatThrownBy(() -> SafeTensorsWriter.write(nowhere, Map.of()))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(folder.resolve("nowhere").toString());
  }

  @ParameterizedTest
  @CsvSource({"3, 4", "5, 4", "0, 4"})
  void aTensorMustWriteWhatItSays(int written, int size) {
    TensorData data = data("U8", target -> target.write(ByteBuffer.allocate(written)), size);

    assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of("t", data)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tensor \"t\" wrote %d bytes, but shape [%d] of U8 needs %d"
                .formatted(written, size, size));
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "t, F8_E4M3, 1, 'tensor \"t\" has dtype \"F8_E4M3\", which is not known; known: [I64, F64,'",
    "t, F32, -1, 'tensor \"t\" of shape [-1] cannot be in a safetensors file'",
    "__metadata__, F32, 1, 'tensor \"__metadata__\" of shape [1] cannot be in a safetensors file'",
    "t, F32, 9223372036854775807, 'tensor \"t\" has a shape beyond all memory: [9223372036854775807]'",
  })
  void aTensorThatCannotBeInAFileIsRefused(String name, String type, long size, String message) {
    TensorData data = data(type, target -> {}, size);

    assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of(name, data)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
    assertThat(folder).isEmptyDirectory();
  }

  private interface Body {
    void writeTo(WritableByteChannel target) throws IOException;
  }

  private static void fail(IOException e) throws IOException {
    throw e;
  }

  /** A tensor of the letters "ddd...". */
  private static TensorData bytes(String type, long... shape) {
    int size = (int) ElementType.parse("", type).bytes(shape);
    return data(type, t -> t.write(ByteBuffer.wrap("d".repeat(size).getBytes(UTF_8))), shape);
  }

  private static TensorData data(String type, Body body, long... shape) {
    return new TensorData() {
      @Override
      public String dtype() {
        return type;
      }

      @Override
      public long[] shape() {
        return shape;
      }

      @Override
      public void writeTo(WritableByteChannel target) throws IOException {
        body.writeTo(target);
      }
    };
  }
}
