// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.config.ModelException;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.Transformer;
import dev.weft.module.TransformerBuilder;
import dev.weft.pipeline.Pipeline;
import dev.weft.store.ModelScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model directory run by the other backends: which file is taken, and that texts agree. */
class BackendTest {
  private static final String OPENVINO = System.getProperty("weft.openvino", "");
  private static final Path EXPORTED = Path.of("src/test/resources/golden/graph/bert");
  private static final List<String> TEXTS = TestModel.texts("pooling-mean");

  @TempDir Path folder;
  private Path model = Path.of("");

  @BeforeEach
  void copy() throws IOException {
    model = TestModel.copyOf("pooling-mean", folder).dir();
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.delete(model.resolve(file));
      Files.copy(EXPORTED.resolve(file), model.resolve(file));
    }
    String pooling = Files.readString(model.resolve("1_Pooling/config.json"));
    Files.writeString(model.resolve("1_Pooling/config.json"), pooling.replace("32", "12"));
    Files.writeString(model.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 32}");
  }

  private void put(String from, String to) throws IOException {
    Path target = model.resolve(to);
    Files.createDirectories(target.getParent());
    Files.copy(EXPORTED.resolve(from), target);
  }

  private float[][] encode(EmbedderOptions options) {
    try (Embedder embedder = Embedder.load(model.toString(), options.withBatchTokens(64))) {
      return embedder.encode(TEXTS);
    }
  }

  private static EmbedderOptions onnx(Map<String, String> args) {
    return EmbedderOptions.DEFAULT.withBackend("onnx", args);
  }

  private static EmbedderOptions openVino() {
    assumeFalse(OPENVINO.isEmpty(), "no OpenVINO: run ./weft test, or give -Dweft.openvino=DIR");
    return EmbedderOptions.DEFAULT.withBackend("openvino", Map.of("library", OPENVINO));
  }

  private static void assertSame(float[][] actual, float[][] expected) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int i = 0; i < expected.length; i++) {
      Golden.assertClose(actual[i], expected[i], 1e-4, "text %s", i);
    }
  }

  /** The file is at IS, and ARGS choose it; the torch weights are gone. */
  @ParameterizedTest
  @CsvSource({
    "model.onnx,,",
    "onnx/model.onnx,,",
    "onnx/model_O3.onnx, model_O3.onnx,",
    "onnx/model_O3.onnx, onnx/model_O3.onnx,",
    "exports/model.onnx,, exports",
    "exports/onnx/model_O2.onnx, model_O2.onnx, exports/",
  })
  void theFileIsFoundWhereTheReferenceFindsIt(String is, String fileName, String subfolder)
      throws IOException {
    float[][] expected = encode(EmbedderOptions.DEFAULT);
    put("onnx/model.onnx", is);
    Files.delete(model.resolve("model.safetensors"));
    Map<String, String> args = new HashMap<>();
    if (fileName != null) {
      args.put("file_name", fileName);
    }
    if (subfolder != null) {
      args.put("subfolder", subfolder);
    }
    assertSame(encode(onnx(args)), expected);
  }

  @Test
  void openVinoGivesTheVectorsOfTorch() throws IOException {
    EmbedderOptions options = openVino();
    float[][] expected = encode(EmbedderOptions.DEFAULT);
    put("openvino/openvino_model.xml", "openvino/openvino_model.xml");
    put("openvino/openvino_model.bin", "openvino/openvino_model.bin");
    assertSame(encode(options), expected);
  }

  @Test
  void openVinoReadsOnnxFilesToo() throws IOException {
    EmbedderOptions options = openVino();
    put("onnx/model.onnx", "onnx/model.onnx");
    Map<String, String> args = Map.of("file_name", "onnx/model.onnx", "library", OPENVINO);
    assertSame(encode(options.withBackend("openvino", args)), encode(EmbedderOptions.DEFAULT));
  }

  @Test
  void amongSeveralFilesTheDefaultIsTaken() throws IOException {
    put("onnx/model_qint8.onnx", "onnx/model_qint8.onnx");
    put("onnx/model.onnx", "onnx/model.onnx");
    assertSame(encode(onnx(Map.of())), encode(EmbedderOptions.DEFAULT));
  }

  @Test
  void aModelThatIsNotExportedSaysHowToDoIt() {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> encode(onnx(Map.of())))
        .withMessage(
            model
                + ": backend onnx finds neither model.onnx nor onnx/model.onnx; models are not"
                + " exported here; let Python do it once: SentenceTransformer(model,"
                + " backend=\"onnx\").save_pretrained(directory)");
  }

  @Test
  void filesOfOtherNamesAreListed() throws IOException {
    put("onnx/model_qint8.onnx", "onnx/model_qint8.onnx");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> encode(onnx(Map.of("file_name", "model_O4.onnx"))))
        .withMessage(
            model
                + ": backend onnx finds neither model_O4.onnx nor onnx/model_O4.onnx; choose one of"
                + " [onnx/model_qint8.onnx] with file_name");
  }

  @ParameterizedTest
  @CsvSource({"../model.onnx", "/etc/model.onnx", "onnx/../../model.onnx"})
  void aFileOutsideTheModelIsRefused(String name) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> encode(onnx(Map.of("file_name", name))))
        .withMessageContaining("\" leaves the model directory");
  }

  @Test
  void exportIsRefusedWithAdvice() {
    assertThatThrownBy(() -> onnx(Map.of("export", "True")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "export \"True\": models are not exported here; let Python do it once:"
                + " SentenceTransformer(model, backend=\"onnx\").save_pretrained(directory)");
    assertThat(onnx(Map.of("export", "false"))).isEqualTo(onnx(Map.of()));
  }

  @Test
  void hiddenStatesOfAllLayersAreRefusedAtLoad() throws IOException {
    put("onnx/model.onnx", "onnx/model.onnx");
    String config = Files.readString(model.resolve("config.json"));
    Files.writeString(
        model.resolve("config.json"),
        config.replaceFirst("\\{", "{\"output_hidden_states\": true,"));
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> encode(onnx(Map.of())))
        .withMessage(
            model.resolve("config.json")
                + ": output_hidden_states asks for the hidden states of all layers, which backend"
                + " onnx does not return; use backend=torch");
  }

  @Test
  void aBuilderTakesTheReferencesNames() throws IOException {
    put("onnx/model.onnx", "onnx/model_O3.onnx");
    float[][] expected = encode(EmbedderOptions.DEFAULT);
    try (Embedder embedder =
        built(b -> b.modelArgs(Map.of("file_name", "model_O3.onnx")).backend("onnx"))) {
      assertSame(embedder.encode(TEXTS), expected);
      assertThat(embedder.pipeline().steps(Optional.empty()).get(0).module().settings())
          .isEqualTo("bert, max_seq_length=32, backend=onnx");
    }
  }

  @Test
  void aBuilderRefusesAFileForTorch() {
    assertThatThrownBy(() -> built(b -> b.modelArgs(Map.of("file_name", "model_O3.onnx"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("file_name \"model_O3.onnx\" is for backend onnx or openvino, not torch");
  }

  private Embedder built(UnaryOperator<TransformerBuilder> settings) {
    return Embedder.build(scope -> pipeline(scope, settings));
  }

  private Pipeline pipeline(ModelScope scope, UnaryOperator<TransformerBuilder> settings) {
    return new Pipeline(
        List.of(
            settings.apply(Transformer.builder(scope.folder(model.toString()))).load(),
            new Pooling(12, PoolingMode.MEAN)));
  }

  @Test
  void aModelIsSavedWithItsTorchWeights() throws IOException {
    put("onnx/model.onnx", "onnx/model.onnx");
    Path saved = folder.resolve("saved");
    float[][] expected;
    try (Embedder embedder = Embedder.load(model.toString(), onnx(Map.of()))) {
      expected = embedder.encode(TEXTS);
      embedder.save(saved);
    }
    try (Embedder embedder = Embedder.load(saved.toString())) {
      assertSame(embedder.encode(TEXTS), expected);
    }
  }
}
