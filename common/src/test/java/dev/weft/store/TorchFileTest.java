// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that torch wrote, and tensors that are made up. */
class TorchFileTest {
  private static final String FIX =
      "; convert the weights to safetensors (in Python: load the model and save_pretrained it)";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin"})
  void everyTensorIsReadAsFromSafetensors(String name) {
    TorchFile torch = TorchFile.open(golden(name));
    SafeTensors expected = SafeTensors.open(golden("weights.safetensors"));

    assertThat(torch.names()).containsExactlyInAnyOrderElementsOf(expected.names()).hasSize(26);
    try (NDManager device = TestEngine.cpu()) {
      for (int piece : new int[] {8, 24, 1 << 20}) {
        TensorReader reader = new TensorReader(device, piece);
        for (String tensor : torch.names()) {
          NDArray actual = reader.read(torch.entry(tensor));
          assertThat(actual.getDataType()).isEqualTo(DataType.FLOAT32);
          assertThat(actual.getShape().getShape()).isEqualTo(expected.entry(tensor).shape());
          assertThat(actual.toFloatArray())
              .as(tensor)
              .isEqualTo(new TensorReader(device).read(expected.entry(tensor)).toFloatArray());
        }
      }
    }
  }

  /** Keeps the type of every tensor, and the bytes of the reference's own writer. */
  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin"})
  void savedAgainItIsTheFileThatSafetensorsWrites(String name) throws IOException {
    Path file = folder.resolve("model.safetensors");

    try (NDManager device = TestEngine.cpu()) {
      FileWeights weights = new FileWeights(TorchFile.open(golden(name)), new TensorReader(device));
      SafeTensorsWriter.write(file, weights.stored());
    }

    assertThat(file).hasSameBinaryContentAs(golden("weights.safetensors"));
    assertThat(folder.toFile().list()).containsExactly("model.safetensors");
  }

  @Test
  void tiedTensorsAreOneRangeOfTheFile() {
    TorchFile torch = TorchFile.open(golden("zip.bin"));

    assertThat(torch.entry("tied").begin()).isEqualTo(torch.entry("wide").begin());
    assertThat(torch.entry("tied").begin() % 64).isZero();
    assertThat(torch.entry("rows").begin()).isEqualTo(torch.entry("wide").begin() + 6 * 4);
  }

  @Test
  void aMissingTensorListsTheFirstNames() {
    Path file = golden("small-zip.bin");

    assertThatThrownBy(() -> TorchFile.open(file).entry("c"))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + ": tensor \"c\" is missing; there are [a, b]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "PK", "version https://git-lfs.github.com/spec/v1", "\u0002}."})
  void aFileOfAnotherFormatIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("pytorch_model.bin"), content);

    assertThatThrownBy(() -> TorchFile.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file
                + ": neither of the two formats of torch.save: no zip archive, no magic number"
                + FIX);
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("pytorch_model.bin");

    assertThatThrownBy(() -> TorchFile.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ": cannot be read (");
  }

  @Test
  void otherValuesOfADictionaryOfWeightsAreNoTensors() throws IOException {
    PickleBytes pickle = PickleBytes.start().emptyOrdered().code('(');
    pickle.text("t").tensor("FloatStorage", "0", 4, 1, new long[] {3}, new long[] {1});
    pickle.text("epoch").integer(3).text("loss").code('G').little(8, 0).text("none").code('N');
    pickle.text("dict").code('}').text("list").code(']', 'K', 7, 'a').text("flag").code(0x88);
    pickle.code('u', '}').text("_metadata").emptyOrdered().code('s', 'b');

    TorchFile torch = open(TorchBytes.zip(pickle.stop()));

    assertThat(torch.names()).containsExactly("t");
    assertThat(read(torch, "t")).containsExactly(2, 3, 4);
  }

  @Test
  void aPlainDictionaryWithoutAnythingHasNoTensors() throws IOException {
    assertThat(open(TorchBytes.zip(PickleBytes.start().code('}').stop())).names()).isEmpty();
  }

  @Test
  void theLastOfTwoTensorsOfOneNameCounts() throws IOException {
    PickleBytes pickle = PickleBytes.start().code('}', '(');
    pickle.text("t").tensor("FloatStorage", "0", 4, 0, new long[] {1}, new long[] {1});
    pickle.text("t").tensor("FloatStorage", "0", 4, 3, new long[] {1}, new long[] {1});

    assertThat(read(open(TorchBytes.zip(pickle.code('u').stop())), "t")).containsExactly(4);
  }

  @Test
  void tensorsOneLevelDownAreRefusedWithAWord() {
    PickleBytes pickle = PickleBytes.valueOf("state_dict").code('}').text("t");
    pickle.tensor("FloatStorage", "0", 4, 0, new long[] {1}, new long[] {1}).code('s');

    assertRefused(
        TorchBytes.zip(pickle.set()),
        "its tensors are one level down, below one of the keys [state_dict]; save that part alone,"
            + " or convert the weights");
  }

  @Test
  void aRootThatIsNoDictionaryIsRefused() {
    PickleBytes pickle = PickleBytes.start();
    pickle.tensor("FloatStorage", "0", 4, 0, new long[] {1}, new long[] {1});

    assertRefused(
        TorchBytes.zip(pickle.stop()),
        "holds no dictionary of weights; save model.state_dict(), or");
  }

  @Test
  void sizesOfOneAndNoneMayHaveAnyStride() throws IOException {
    long huge = Long.MAX_VALUE;
    assertThat(read(view(1, new long[] {1, 2, 1}, new long[] {huge, 2, huge}), "t"))
        .containsExactly(2, 4);
    assertThat(read(view(huge, new long[] {0, 3}, new long[] {huge, huge}), "t")).isEmpty();
    assertThat(read(view(3, new long[] {}, new long[] {}), "t")).containsExactly(4);
  }

  /** The tensor needs bytes that its storage lacks, by little, by much and beyond all numbers. */
  @ParameterizedTest
  @CsvSource({
    "0, 5, 1, reaches to byte 20 of its storage",
    "4, 1, 1, reaches to byte 20 of its storage",
    "1, 2, 3, reaches to byte 20 of its storage",
    "0, 2, 1152921504606846976, reaches to byte 4611686018427387908 of its storage",
    "9223372036854775807, 1, 1, reaches beyond all memory",
    "0, 3, 9223372036854775807, reaches beyond all memory",
    "0, 9223372036854775807, 1, reaches beyond all memory",
    "0, 9223372036854775807, 0, reaches beyond all memory",
    "2305843009213693951, 1, 1, reaches beyond all memory",
    "0, 5, 0, repeats its numbers: it needs 20 bytes",
    "0, 1152921504606846976, 0, repeats its numbers: it needs 4611686018427387904 bytes",
  })
  void aTensorBeyondItsStorageIsRefused(long offset, long size, long stride, String message) {
    assertThatThrownBy(() -> view(offset, new long[] {size}, new long[] {stride}))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file() + ": tensor \"t\" " + message + ", which has 16 bytes at")
        .hasMessageEndingWith(
            " (shape [%d], stride [%d], storage offset %d)%s".formatted(size, stride, offset, FIX));
  }

  @Test
  void aShapeWithAZeroMustStillBeOneOfTheEngine() {
    assertThatThrownBy(() -> view(0, new long[] {0, 1L << 62, 4}, new long[] {1, 1, 1}))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("tensor \"t\" reaches beyond all memory");
  }

  @ParameterizedTest
  @CsvSource({"-1, 1, 1", "0, -1, 1", "0, 2, -1"})
  void negativeNumbersAreRefused(long offset, long size, long stride) {
    assertThatThrownBy(() -> view(offset, new long[] {size}, new long[] {stride}))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file() + ": pickle at offset ")
        .hasMessageEndingWith("; only tensors are read and nothing is run" + FIX);
  }

  @Test
  void moreDimensionsThanTorchHasAreRefused() {
    assertThatThrownBy(() -> view(0, new long[65], new long[65]))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("sizes or strides that are no list of numbers from 0 on");
  }

  @Test
  void shapeAndStrideMustBeOfOneLength() {
    assertThatThrownBy(() -> view(0, new long[] {1, 1}, new long[] {1}))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("a tensor that is no plain view of a storage");
  }

  private TorchFile view(long offset, long[] shape, long[] strides) throws IOException {
    PickleBytes pickle = PickleBytes.valueOf("t");
    pickle.tensor("FloatStorage", "0", 4, offset, shape, strides);
    return open(TorchBytes.zip(pickle.set()));
  }

  private static float[] read(TorchFile torch, String name) {
    try (NDManager device = TestEngine.cpu()) {
      return new TensorReader(device).read(torch.entry(name)).toFloatArray();
    }
  }

  private void assertRefused(byte[] content, String message) {
    assertThatThrownBy(() -> open(content))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file() + ": " + message);
  }

  private TorchFile open(byte[] content) throws IOException {
    return TorchFile.open(Files.write(file(), content));
  }

  private Path file() {
    return folder.resolve("pytorch_model.bin");
  }

  private static Path golden(String name) {
    return Path.of("src/test/resources/golden/torch", name);
  }
}
