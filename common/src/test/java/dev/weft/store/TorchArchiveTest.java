// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The zip format: archives of the JDK's writer, sound ones and ones with a field changed. */
class TorchArchiveTest {
  private static final String FIX =
      "convert the weights to safetensors (in Python: load the model and save_pretrained it)";
  private static final byte[] PICKLE = pickle("0", 4);

  /** Offsets of the fields of the list, from the start of an entry's line. */
  private static final int FLAGS = 8;

  private static final int METHOD = 10;
  private static final int PACKED = 20;
  private static final int SIZE = 24;
  private static final int EXTRA_LENGTH = 30;
  private static final int HEADER = 42;

  @TempDir Path folder;

  @Test
  void anArchiveOfAnotherWriterIsRead() throws IOException {
    assertThat(open(TorchBytes.zip(PICKLE)).entry("t").shape()).containsExactly(4);
  }

  @Test
  void aByteOrderIsNotNeeded() throws IOException {
    byte[] zip = TorchBytes.entries("m/data.pkl", PICKLE, "m/data/0", TorchBytes.floats(4));

    assertThat(open(zip).names()).containsExactly("t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"big", "", "Little", "little\n"})
  void anotherByteOrderThanLittleIsRefused(String order) {
    byte[] zip = TorchBytes.entries("m/data.pkl", PICKLE, "m/byteorder", order.getBytes(US_ASCII));

    assertRefused(zip, "was not written by a little-endian machine; " + FIX);
  }

  @Test
  void compressedEntriesAreRefused() {
    byte[] zip =
        TorchBytes.archive(ZipEntry.DEFLATED, "m/data.pkl", PICKLE, "m/data/0", new byte[999]);

    assertBroken(
        zip, "entry \"m/data.pkl\" is compressed or encrypted; torch.save stores as it is");
  }

  @ParameterizedTest
  @ValueSource(strings = {"data.pkl", "m/n/data.pkl", "m/data.pkl.x", "m/constants.pkl"})
  void anArchiveWithoutThePickleIsRefused(String name) {
    assertRefused(
        TorchBytes.entries(name, PICKLE),
        "a zip archive, but not of torch.save: not one data.pkl; " + FIX);
  }

  @Test
  void anArchiveWithTwoPicklesIsRefused() {
    assertRefused(
        TorchBytes.entries("m/data.pkl", PICKLE, "n/data.pkl", PICKLE),
        "a zip archive, but not of torch.save: not one data.pkl; " + FIX);
  }

  @Test
  void aMissingStorageIsNamed() {
    assertBroken(
        TorchBytes.zip(pickle("../../etc/passwd", 4)),
        "it has no entry \"m/data/../../etc/passwd\"");
  }

  @Test
  void aStorageWithLessThanThePickleSaysIsRefused() {
    assertRefused(
        TorchBytes.zip(pickle("0", 5)),
        "storage \"0\" has 16 bytes at offset %d, but its tensors need 5 numbers of F32; %s"
            .formatted(place(), FIX));
    assertRefused(
        TorchBytes.zip(pickle("0", Long.MAX_VALUE)),
        "storage \"0\" has 16 bytes at offset %d, but its tensors need 9223372036854775807 numbers"
            .formatted(place()));
  }

  private static int place() {
    return 3 * 30 + "m/data.pklm/byteorderm/data/0".length() + PICKLE.length + "little".length();
  }

  @Test
  void thePickleIsBounded() throws IOException {
    Path file = file();
    Files.write(file, TorchBytes.zip(PICKLE));
    long length = (64 << 20) + 1;
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] end = new byte[(int) (sparse.length() - list(Files.readAllBytes(file)))];
      sparse.seek(sparse.length() - end.length);
      sparse.readFully(end);
      ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).putInt(PACKED, (int) length);
      ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).putInt(SIZE, (int) length);
      ByteBuffer.wrap(end)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(end.length - 6, (int) (2 * length));
      sparse.seek(2 * length);
      sparse.write(end);
    }

    assertThatThrownBy(() -> TorchFile.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + ": data.pkl of 67108865 bytes is too large; " + FIX);
  }

  /** Fields of the line of the pickle, which is the first. */
  @ParameterizedTest
  @CsvSource({
    "FLAGS,  2, 1,          entry \"m/data.pkl\" is compressed or encrypted",
    "METHOD, 2, 8,          entry \"m/data.pkl\" is compressed or encrypted",
    "SIZE,   4, 0x7fffffff, entry \"m/data.pkl\" has sizes or an offset that cannot be",
    "SIZE,   4, 0xffffffff, a size or offset of its list is missing",
    "PACKED, 4, 0,          entry \"m/data.pkl\" has sizes or an offset that cannot be",
    "HEADER, 4, 0x7fffffff, entry \"m/data.pkl\" has sizes or an offset that cannot be",
    "HEADER, 4, 1,          entry \"m/data.pkl\" at offset 1 is not in the file",
    "EXTRA_LENGTH, 2, 0xffff, its list is broken at offset",
  })
  void aLineOfTheListThatCannotBeIsRefused(String field, int bytes, String value, String message) {
    byte[] zip = TorchBytes.zip(PICKLE);
    int at =
        list(zip)
            + switch (field) {
              case "FLAGS" -> FLAGS;
              case "METHOD" -> METHOD;
              case "SIZE" -> SIZE;
              case "PACKED" -> PACKED;
              case "HEADER" -> HEADER;
              default -> EXTRA_LENGTH;
            };
    ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes == 2) {
      buffer.putShort(at, (short) (int) Integer.decode(value));
    } else {
      buffer.putInt(at, (int) (long) Long.decode(value));
    }

    assertThatThrownBy(() -> open(zip))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file() + ": a zip archive, but " + message)
        .hasMessageEndingWith("; it may be cut short; " + FIX);
  }

  @Test
  void bothSizesBeyondTheFileAreRefused() {
    byte[] zip = TorchBytes.zip(PICKLE);
    ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(list(zip) + SIZE, zip.length).putInt(list(zip) + PACKED, zip.length);

    assertBroken(zip, "entry \"m/data.pkl\" at offset 0 is not in the file");
  }

  @Test
  void aNameThatStandsTwiceIsRefused() {
    byte[] zip = TorchBytes.entries("m/data.pkl", PICKLE, "m/data.pk_", new byte[0]);
    ByteBuffer.wrap(zip).put(zip.length - 22 - 1, (byte) 'l');

    assertBroken(zip, "entry \"m/data.pkl\" stands twice in its list");
  }

  @ParameterizedTest
  @CsvSource({"12, -1", "16, -1", "12, 0x7fffffff", "0, 0", "20, 1"})
  void anEndThatCannotBeIsRefused(int field, String value) {
    byte[] zip = TorchBytes.zip(PICKLE);
    ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    if (field == 20) {
      buffer.putShort(zip.length - 22 + field, (short) 1);
    } else {
      buffer.putInt(zip.length - 22 + field, Integer.decode(value));
    }

    assertRefused(
        zip, "a zip archive without its list at the end; it is cut short; fetch it again");
  }

  @Test
  void aCommentAtTheEndDoesNotHideTheList() throws IOException {
    byte[] zip = TorchBytes.zip(PICKLE);
    byte[] longer = Arrays.copyOf(zip, zip.length + 0xffff);
    ByteBuffer.wrap(longer).putShort(zip.length - 2, (short) 0xffff);

    assertThat(open(longer).names()).containsExactly("t");
  }

  /** Where the list begins, as the end says. */
  private static int list(byte[] zip) {
    return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).getInt(zip.length - 6);
  }

  private static byte[] pickle(String key, long elements) {
    PickleBytes pickle = PickleBytes.valueOf("t");
    return pickle.tensor("FloatStorage", key, elements, 0, new long[] {4}, new long[] {1}).set();
  }

  private void assertBroken(byte[] zip, String message) {
    assertRefused(zip, "a zip archive, but " + message + "; it may be cut short; " + FIX);
  }

  private void assertRefused(byte[] zip, String message) {
    assertThatThrownBy(() -> open(zip))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file() + ": " + message);
  }

  private TorchFile open(byte[] content) throws IOException {
    return TorchFile.open(Files.write(file(), content));
  }

  private Path file() {
    return folder.resolve("pytorch_model.bin");
  }
}
