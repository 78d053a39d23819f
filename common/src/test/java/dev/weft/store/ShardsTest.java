// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.config.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardsTest {
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path folder;
  private Path index;
  private final List<String> opened = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    index = folder.resolve("model.safetensors.index.json");
    shard(FIRST, "a", "b");
    shard(SECOND, "c");
    index(entry("a", FIRST) + ", " + entry("b", FIRST) + ", " + entry("c", SECOND));
  }

  @Test
  void aShardIsOpenedOnceAndWhenItIsNeeded() {
    Shards shards = open();

    assertThat(shards.names()).containsExactly("a", "b", "c");
    assertThat(opened).isEmpty();
    assertThat(shards.entry("b").file()).isEqualTo(folder.resolve(FIRST));
    assertThat(shards.entry("a").shape()).containsExactly(3);
    assertThat(opened).containsExactly(FIRST);
    assertThat(shards.entry("c").file()).isEqualTo(folder.resolve(SECOND));
    assertThat(opened).containsExactly(FIRST, SECOND);
  }

  @Test
  void whatTheIndexDoesNotNameIsNotThere() throws IOException {
    index(entry("a", FIRST));

    assertThat(open().names()).containsExactly("a");
    assertThatThrownBy(() -> open().entry("b"))
        .isInstanceOf(ModelException.class)
        .hasMessage(index + ": tensor \"b\" is missing; there are [a]");
    assertThat(opened).isEmpty();
  }

  @Test
  void savedAgainTheyAreOneFile() throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (NDManager device = TestEngine.cpu()) {
      FileWeights weights = new FileWeights(open(), new TensorReader(device));
      assertThat(weights.tensor("c", 3).toFloatArray()).containsExactly(99, 100, 101);
      SafeTensorsWriter.write(file, weights.stored());

      assertThat(SafeTensors.open(file).names()).containsExactly("a", "b", "c");
      assertThat(new TensorReader(device).read(SafeTensors.open(file).entry("b")).toFloatArray())
          .containsExactly(98, 99, 100);
    }
  }

  @Test
  void aMissingShardIsNamedAtOnce() throws IOException {
    Files.delete(folder.resolve(SECOND));

    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            folder.resolve(SECOND)
                + ": no such file, but model.safetensors.index.json says that tensor \"c\" is in it;"
                + " fetch all shards of the model");
  }

  @Test
  void aTensorThatItsShardLacksIsNamed() throws IOException {
    index(entry("a", FIRST) + ", " + entry("c", FIRST));

    assertThatThrownBy(() -> open().entry("c"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            folder.resolve(FIRST)
                + ": tensor \"c\" is missing, but model.safetensors.index.json says that it is in"
                + " this shard; fetch index and shards of one revision");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../outside.safetensors",
        "..",
        ".",
        "",
        "/etc/passwd",
        "sub/model.safetensors",
        "..\\\\outside.safetensors",
        "C:outside.safetensors",
        "outside\\u0000.safetensors",
        "outside\\n.safetensors",
        "au\\u00dfen.safetensors",
      })
  void aShardOutsideTheFolderIsRefused(String name) throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    Files.copy(folder.resolve(FIRST), folder.resolve("sub/model.safetensors"));
    index(entry("a", FIRST) + ", " + entry("b", name));

    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(index + ": tensor \"b\" is said to be in \"")
        .hasMessageEndingWith("\", but a shard must be a file beside its index");
    assertThat(opened).isEmpty();
  }

  @Test
  void aFolderIsNoShard() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    index(entry("a", "sub"));

    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(folder.resolve("sub") + ": no such file, but ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                        | required key \"weight_map\" is missing; this is no index of weights",
        "{\"weight_map\": null}    | required key \"weight_map\" is missing; this is no index of weights",
        "{\"weight_map\": [1]}     | \"weight_map\" must be an object, but is [1]",
        "{\"weight_map\": {\"a\": 1}} | \"a\" must be a string, but is 1",
        "[]                        | expected a JSON object",
        "{\"weight_map\"           | not valid JSON (",
      })
  void anIndexOfAnotherFormIsRefused(String json, String message) throws IOException {
    Files.writeString(index, json);

    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(index + ": " + message);
  }

  @Test
  void aBrokenShardIsNamed() throws IOException {
    Files.write(folder.resolve(SECOND), new byte[3]);

    assertThatThrownBy(() -> open().entry("c"))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(folder.resolve(SECOND) + ": not a safetensors file: 3 bytes");
  }

  private Shards open() {
    return Shards.open(
        index,
        file -> {
          opened.add(file.getFileName().toString());
          return SafeTensors.open(file);
        });
  }

  /** Every tensor has three numbers from the code of its name on. */
  private void shard(String file, String... names) throws IOException {
    Map<String, TensorData> tensors = new HashMap<>();
    for (String name : names) {
      char code = name.charAt(0);
      tensors.put(name, TensorData.of(new float[] {code, code + 1, code + 2}, 3));
    }
    SafeTensorsWriter.write(folder.resolve(file), tensors);
  }

  private void index(String entries) throws IOException {
    Files.writeString(
        index, "{\"metadata\": {\"total_size\": 36}, \"weight_map\": {" + entries + "}}");
  }

  private static String entry(String tensor, String file) {
    return "\"" + tensor + "\": \"" + file + "\"";
  }
}
