// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The format before torch 1.6. */
class TorchStreamTest {
  private static final String END =
      "; it may be cut short; convert the weights to safetensors (in Python: load the model and"
          + " save_pretrained it)";

  @TempDir Path folder;

  @Test
  void aTensorIsFoundBehindTheCountsOfTheStoragesBefore() throws IOException {
    PickleBytes pickle = PickleBytes.start().code('}', '(');
    pickle.text("a").tensor("FloatStorage", "7", 3, 0, new long[] {3}, new long[] {1});
    pickle.text("b").tensor("FloatStorage", "9", 2, 1, new long[] {1}, new long[] {1}).code('u');
    byte[] keys = TorchBytes.keys("9", "7");
    byte[] content =
        TorchBytes.legacy(
            pickle.stop(), keys, join(TorchBytes.storage(2, 2), TorchBytes.storage(3, 3)));

    TorchFile torch = open(content);

    assertThat(torch.entry("a").begin()).isEqualTo(content.length - 12);
    assertThat(torch.entry("b").begin()).isEqualTo(content.length - 12 - 8 - 4);
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 136, is of another version than 1001",
    "1001, 137, little",
    "1001, 78, little"
  })
  void anotherVersionOrByteOrderIsRefused(int version, int littleEndian, String message) {
    byte[] content =
        TorchBytes.legacy(
            version, littleEndian, pickle(4), TorchBytes.keys("0"), TorchBytes.storage(4, 4));

    assertRefused(
        content, message.equals("little") ? "was not written by a little-endian machine" : message);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 5, 4, 5, 4",
    "4, 3, 4, 3, 4",
    "4, -1, 4, -1, 4",
    "4, 9223372036854775807, 4, 9223372036854775807, 4",
    "9223372036854775807, 9223372036854775807, 4, 9223372036854775807, 4",
    "5, 5, 4, 5, 4",
    "4, 4, 3, 4, 3",
  })
  void aStorageMustBeWhatItsTensorsSayAndInTheFile(
      long said, long count, int floats, long shown, long room) {
    byte[] storage = TorchBytes.storage(count, floats);
    byte[] content = TorchBytes.legacy(pickle(said), TorchBytes.keys("0"), storage);

    assertRefused(
        content,
        "has storage \"0\" at offset %d with %d numbers, but its tensors need %d, and there is room"
                .formatted(content.length - storage.length, shown, said)
            + " for "
            + room);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7})
  void aCountThatIsCutShortIsRefused(int bytes) {
    byte[] head = TorchBytes.legacy(pickle(4), TorchBytes.keys("0"), new byte[0]);

    assertRefused(join(head, new byte[bytes]), "ends before the storage at offset " + head.length);
  }

  @Test
  void theListOfStoragesIsThatOfTheTensors() {
    byte[] two = join(TorchBytes.storage(4, 4), TorchBytes.storage(4, 4));
    String twice = "lists a storage twice, or one that no tensor has";
    assertRefused(TorchBytes.legacy(pickle(4), TorchBytes.keys("0", "0"), two), twice);
    assertRefused(TorchBytes.legacy(pickle(4), TorchBytes.keys("0", "1"), two), twice);
    assertRefused(
        TorchBytes.legacy(pickle(4), TorchBytes.keys(), two), "does not hold storage \"0\"");
    byte[] number = PickleBytes.start().code(']', 'K', 0, 'a').stop();
    assertRefused(TorchBytes.legacy(pickle(4), number, two), twice);
    byte[] none = PickleBytes.start().code('N').stop();
    assertRefused(TorchBytes.legacy(pickle(4), none, two), "has no list of storages");
  }

  @Test
  void aPickleIsRefusedWhereverItStands() throws IOException {
    byte[] evil = PickleBytes.start().global("os", "system").code(')', 'R').stop();
    byte[] good = TorchBytes.keys("0");
    byte[] storage = TorchBytes.storage(4, 4);
    for (byte[] content :
        new byte[][] {
          TorchBytes.legacy(evil, good, storage),
          TorchBytes.legacy(pickle(4), evil, storage),
          join(TorchStream.START, evil),
        }) {
      assertThatThrownBy(() -> open(content))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining(": global \"os.system\" is not allowed; only tensors are read");
    }
  }

  /** Storages of the same numbers in torch before 0.4. */
  @Test
  void aViewOfAStorageIsRefused() {
    PickleBytes pickle = PickleBytes.start().code('(').text("storage");
    pickle.global("torch", "FloatStorage").text("0").text("cpu").code('K', 4);
    pickle.code('(').text("1").code('K', 1, 'K', 2, 't', 't', 'Q');

    assertThatThrownBy(
            () ->
                open(
                    TorchBytes.legacy(
                        pickle.stop(), TorchBytes.keys("0"), TorchBytes.storage(4, 4))))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("a reference to something else than a storage of numbers");
  }

  private static byte[] pickle(long elements) {
    PickleBytes pickle = PickleBytes.valueOf("t");
    return pickle.tensor("FloatStorage", "0", elements, 0, new long[] {4}, new long[] {1}).set();
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private void assertRefused(byte[] content, String message) {
    assertThatThrownBy(() -> open(content))
        .isInstanceOf(ModelException.class)
        .hasMessage(file() + ": " + message + END);
  }

  private TorchFile open(byte[] content) throws IOException {
    return TorchFile.open(Files.write(file(), content));
  }

  private Path file() {
    return folder.resolve("pytorch_model.bin");
  }
}
