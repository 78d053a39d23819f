// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.TestModel;
import dev.weft.config.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeclaredWidthTest {
  @TempDir Path folder;

  static List<Path> models() throws IOException {
    try (Stream<Path> cases = Files.list(Path.of("src/test/resources/parity"))) {
      return cases.map(each -> each.resolve("model")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void isTheWidthOfTheLoadedModel(Path model) {
    try (Embedder embedder = Embedder.load(model.toString())) {
      assertThat(declared(model, EncodeOptions.DEFAULT))
          .hasValue(embedder.dimension(EncodeOptions.DEFAULT));
      for (String task : embedder.pipeline().tasks()) {
        EncodeOptions options = EncodeOptions.DEFAULT.withTask(task);
        assertThat(declared(model, options)).hasValue(embedder.dimension(options));
      }
      EncodeOptions cut = EncodeOptions.DEFAULT.withTruncateDim(7);
      assertThat(declared(model, cut)).hasValue(embedder.dimension(cut));
    }
  }

  @Test
  void readsNoWeights() {
    TestModel model = TestModel.copyOf("dense-tanh", folder);
    model.delete("model.safetensors", "2_Dense/model.safetensors", "tokenizer.json");

    assertThat(declared(model.dir(), EncodeOptions.DEFAULT)).hasValue(16);
  }

  @Test
  void aPlainDirectoryDeclaresItsHiddenSize() {
    TestModel model = TestModel.copyOf("distilbert", folder).delete("modules.json");

    try (Embedder embedder = Embedder.load(model.toString())) {
      assertThat(declared(model.dir(), EncodeOptions.DEFAULT))
          .hasValue(embedder.dimension(EncodeOptions.DEFAULT));
    }
  }

  @Test
  void theModelsOwnCutCounts() {
    TestModel model = TestModel.copyOf("bert-mean-normalize", folder);
    model.write("config_sentence_transformers.json", "{\"truncate_dim\": 12}");

    assertThat(declared(model.dir(), EncodeOptions.DEFAULT)).hasValue(12);
    assertThat(declared(model.dir(), EncodeOptions.DEFAULT.withTruncateDim(20))).hasValue(20);
  }

  @Test
  void routesOfDifferentWidthsDeclareNoneWithoutATask() {
    TestModel model = TestModel.copyOf("router", folder);
    model.edit("query_1_Pooling/config.json", ": 32", ": 16");

    assertThat(declared(model.dir(), EncodeOptions.DEFAULT)).isEmpty();
    assertThat(declared(model.dir(), EncodeOptions.DEFAULT.withTask("document"))).hasValue(32);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"no/such/model", "hdfs://somewhere/model", "\0", "file:%%%", "nobody/none"})
  void whatIsNotHereDeclaresNothing(String model) {
    assertThat(Embedder.declaredDimension(model, EncodeOptions.DEFAULT)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"../1_Pooling\"}",
        "{\"type\": \"sentence_transformers.models.Whisk\"}",
        "{\"type\": \"my_pooling.Pooling\", \"path\": \"1_Pooling\"}",
        "{\"type\": \"sentence_transformers.models.Router\"}",
        "{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"nowhere\"}",
        "{",
        ""
      })
  void aModelThatLoadingRefusesDeclaresNothing(String entry) {
    TestModel model = TestModel.copyOf("bert-mean-normalize", folder);
    model.write("modules.json", "[" + entry + "]");

    assertThat(declared(model.dir(), EncodeOptions.DEFAULT)).isEmpty();
  }

  @Test
  void aTableThatIsNoTableDeclaresNothing() throws IOException {
    TestModel model = TestModel.copyOf("static", folder);
    model.write(
        "modules.json",
        "[{\"type\": \"sentence_transformers.models.StaticEmbedding\", \"path\": \"\"}]");
    Files.deleteIfExists(model.file("model.safetensors"));
    SafeTensorsWriter.write(
        model.file("model.safetensors"), Map.of("embeddings", TensorData.of(new float[3], 3)));

    assertThat(declared(model.dir(), EncodeOptions.DEFAULT)).isEmpty();
  }

  @Test
  void aPathMayBeTheDirectoryItself() {
    TestModel model = TestModel.copyOf("bow-tfidf", folder);
    model.write(
        "modules.json", "[{\"type\": \"sentence_transformers.models.BoW\", \"path\": \".\"}]");
    model.write("config.json", "{\"vocab\": [\"a\", \"b\", \"a\"], \"word_weights\": {}}");

    assertThat(declared(model.dir(), EncodeOptions.DEFAULT)).hasValue(2);
  }

  @Test
  void aRouterInsideItselfEnds() {
    TestModel model = TestModel.copyOf("router", folder);
    model.write(
        "router_config.json",
        "{\"types\": {\"a\": \"sentence_transformers.models.Router\"}, \"structure\": {\"query\": [\"a\"]}}");
    Optional<Exception> failed = link(model.file("a"), model.dir());

    assertThat(failed).isEmpty();
    assertThat(declared(model.dir(), EncodeOptions.DEFAULT)).isEmpty();
  }

  private static Optional<Exception> link(Path link, Path target) {
    try {
      Files.createSymbolicLink(link, target);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  private static OptionalInt declared(Path model, EncodeOptions options) {
    return Embedder.declaredDimension(model.toString(), options);
  }
}
