// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.weft.Embedder;
import dev.weft.TestEngine;
import dev.weft.TestModel;
import dev.weft.config.ModelException;
import dev.weft.config.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every form that weights may have in a model directory. */
class WeightFilesTest {
  private static final List<String> NAMES =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  @TempDir Path folder;

  @Test
  void theFirstOfTheFormsIsRead() throws IOException {
    shard("first", "model.safetensors");
    shard("second", "s.safetensors");
    index("second", "s.safetensors", "model.safetensors.index.json");
    torch("third", "pytorch_model.bin");
    torch("fourth", "s.bin");
    index("fourth", "s.bin", "pytorch_model.bin.index.json");

    for (int i = 0; i < NAMES.size(); i++) {
      TensorFile file = WeightFiles.open(folder);
      String name = List.of("first", "second", "third", "fourth").get(i);
      assertThat(file.names()).containsExactly(name);
      assertThat(file.entry(name).shape()).containsExactly(2);
      Files.delete(folder.resolve(NAMES.get(i)));
    }

    assertThatThrownBy(() -> WeightFiles.open(folder))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            folder
                + ": no weights; looked for model.safetensors, model.safetensors.index.json,"
                + " pytorch_model.bin, pytorch_model.bin.index.json; save the model with safetensors"
                + " (save_pretrained does so)");
  }

  @Test
  void aBrokenFileDoesNotMakeWayForAnother() throws IOException {
    Files.write(folder.resolve("model.safetensors"), new byte[3]);
    torch("t", "pytorch_model.bin");

    assertThatThrownBy(() -> WeightFiles.open(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(folder.resolve("model.safetensors") + ": not a safetensors file");
  }

  @Test
  void aModelWithShardsAndAPickleGivesTheVectorsOfTheOriginal() throws IOException {
    TestModel model = TestModel.copyOf("dense-tanh", folder);
    split(model.file("model.safetensors"));
    model.delete("model.safetensors", "2_Dense/model.safetensors");
    Files.copy(
        Path.of("src/test/resources/golden/torch/dense.bin"),
        model.file("2_Dense/pytorch_model.bin"));

    assertSameVectors(model);
  }

  @Test
  void aModelSavedAgainGivesTheVectorsOfTheOriginal() throws IOException {
    TestModel model = TestModel.copyOf("dense-tanh", folder);
    Path file = model.file("model.safetensors");
    byte[] original = Files.readAllBytes(file);
    try (NDManager device = TestEngine.cpu()) {
      // The target is the source.
      SafeTensorsWriter.write(file, weights(file, device).stored());
    }

    assertThat(Files.readAllBytes(file)).isEqualTo(original);
    assertSameVectors(model);
  }

  private static FileWeights weights(Path file, NDManager device) {
    return new FileWeights(SafeTensors.open(file), new TensorReader(device));
  }

  /** Three shards, dealt out by turns. */
  private static void split(Path file) throws IOException {
    try (NDManager device = TestEngine.cpu()) {
      Map<String, TensorData> tensors = weights(file, device).stored();
      Map<String, String> map = new TreeMap<>();
      for (int shard = 0; shard < 3; shard++) {
        Map<String, TensorData> part = new TreeMap<>();
        int number = 0;
        for (Map.Entry<String, TensorData> tensor : tensors.entrySet()) {
          if (number++ % 3 == shard) {
            part.put(tensor.getKey(), tensor.getValue());
            map.put(tensor.getKey(), "model-%d.safetensors".formatted(shard));
          }
        }
        SafeTensorsWriter.write(file.resolveSibling("model-%d.safetensors".formatted(shard)), part);
      }
      Files.writeString(
          file.resolveSibling("model.safetensors.index.json"),
          map.entrySet().stream()
              .map(e -> "\"%s\": \"%s\"".formatted(e.getKey(), e.getValue()))
              .collect(Collectors.joining(", ", "{\"weight_map\": {", "}}")));
    }
  }

  private static void assertSameVectors(TestModel model) {
    List<String> texts = TestModel.texts("dense-tanh");
    try (Embedder changed = Embedder.load(model.toString());
        Embedder original = Embedder.load(TestModel.of("dense-tanh").toString())) {
      assertThat(changed.encode(texts)).isDeepEqualTo(original.encode(texts));
    }
  }

  private void shard(String name, String file) throws IOException {
    SafeTensorsWriter.write(
        folder.resolve(file), Map.of(name, TensorData.of(new float[] {1, 2}, 2)));
  }

  private void torch(String name, String file) throws IOException {
    PickleBytes pickle = PickleBytes.valueOf(name);
    pickle.tensor("FloatStorage", "0", 4, 0, new long[] {2}, new long[] {1});
    Files.write(folder.resolve(file), TorchBytes.zip(pickle.set()));
  }

  private void index(String name, String shard, String file) throws IOException {
    Files.writeString(
        folder.resolve(file), "{\"weight_map\": {\"%s\": \"%s\"}}".formatted(name, shard));
  }
}
