// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.weft.Embedder;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.TestModel;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Backend;
import dev.weft.pipeline.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDirTest {
  private static final String TANH_CONFIG =
      """
      {"in_features": %d, "out_features": %d, "bias": true,
       "activation_function": "torch.nn.modules.activation.Tanh"}
      """;

  @TempDir Path folder;

  @Test
  void modulesStandInTheOrderOfTheList() {
    try (Embedder embedder = Embedder.load(TestModel.of("dense-tanh").toString())) {
      assertThat(embedder.pipeline().stages())
          .extracting(Stage::name)
          .containsExactly("Transformer", "Pooling", "Dense", "Normalize");
      assertThat(embedder.pipeline().dimension(Optional.empty())).isEqualTo(16);
      assertThat(embedder.pipeline().maxSeqLength()).isEqualTo(64);
    }
  }

  @Test
  void aFolderWithoutAModelIsRefused() {
    assertThatThrownBy(() -> ModelDir.open(folder.resolve("nothing")))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            folder.resolve("nothing") + ": no such directory; give a model directory or a hub id");
    assertThatThrownBy(() -> ModelDir.open(folder))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            folder + ": neither modules.json nor config.json is there; this is no model directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sentence_transformers.models.Whisk", "sentence_transformers.", "Whisk"})
  void anUnknownModuleTypeListsTheKnownOnes(String type) {
    TestModel model = mean().write("modules.json", modules(type, ""));

    assertRefused(model)
        .hasMessageStartingWith(
            model.file("modules.json")
                + ": module type \""
                + type
                + "\" is not known; known: [Asym, BoW, CNN, Dense, Dropout, LSTM, LayerNorm, Normalize,"
                + " Pooling, Router, StaticEmbedding, Transformer, WeightedLayerPooling,"
                + " WordEmbeddings, WordWeights]");
  }

  @Test
  void codeOfAModelIsNeverRun() {
    TestModel model = mean().write("modules.json", modules("my_module.Custom", ""));

    assertRefused(model)
        .hasMessageEndingWith("; code of a model is never run: provide a ModuleType of this name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"my_pooling.Pooling", "custom_st.Transformer"})
  void codeOfAModelIsNotTakenForTheReferences(String type) {
    assertRefused(mean().write("modules.json", modules(type, "")))
        .hasMessageContaining("module type \"" + type + "\" is not known; known: [Asym, ")
        .hasMessageEndingWith("; code of a model is never run: provide a ModuleType of this name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sentence_transformers.models.Transformer", "sentence_transformers.models.BERT"})
  void olderNamesOfTheTransformerAreKnown(String type) {
    String pooling = "sentence_transformers.models.Pooling";
    TestModel model = mean().write("modules.json", modules(type, "", pooling, "1_Pooling"));

    assertSameVectors(model, "pooling-mean");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x", "..", "1_Pooling/../../x", "/abs", "a\\b", "C:x", "a/../..", "\0"})
  void aPathThatLeavesTheDirectoryIsRefused(String path) {
    assertThatThrownBy(() -> files(folder, path))
        .isInstanceOf(ModelException.class)
        .hasMessage(folder + ": module path \"" + path + "\" leaves the model directory");
  }

  private static FilesOfModule files(Path root, String path) {
    try (NDManager device = TestEngine.cpu()) {
      ModuleRegistry registry = ModuleRegistry.standard();
      return new FilesOfModule(
          root, path, new FilesOfModule.Opening(registry, device, Backend.TORCH, Optional.empty()));
    }
  }

  @Test
  void modulePathsAreChecked() throws IOException {
    TestModel model =
        mean().edit("modules.json", "\"path\": \"1_Pooling\"", "\"path\": \"../1_Pooling\"");
    Files.move(model.file("1_Pooling"), folder.resolve("1_Pooling"));

    assertRefused(model)
        .hasMessage(model + ": module path \"../1_Pooling\" leaves the model directory");
  }

  @ParameterizedTest
  @CsvSource({".", "''", "..", "../common"})
  void aRelativeDirectoryHasAnInsideAndAnOutside(String root) {
    FilesOfModule inside = files(Path.of(root), "1_Pooling");
    assertThat(Path.of(inside.label("config.json")).toAbsolutePath().normalize())
        .isEqualTo(Path.of(root, "1_Pooling/config.json").toAbsolutePath().normalize());

    assertThatThrownBy(() -> files(Path.of(root), "../x"))
        .isInstanceOf(ModelException.class)
        .hasMessage(root + ": module path \"../x\" leaves the model directory");
  }

  @Test
  void normalizeNeedsNoFolder() throws IOException {
    TestModel model = copy("bert-mean-normalize").delete("2_Normalize/config.json", "2_Normalize");

    assertSameVectors(model, "bert-mean-normalize");
  }

  @Test
  void aPlainHuggingFaceDirectoryIsTransformerAndMeanPooling() {
    TestModel model = mean().delete("modules.json", "1_Pooling/config.json");
    model.delete("config_sentence_transformers.json", "sentence_bert_config.json");

    try (Embedder embedder = Embedder.load(model.toString())) {
      assertThat(embedder.pipeline().stages())
          .extracting(Stage::settings)
          .containsExactly("bert, max_seq_length=64", "mean, include_prompt=true");
    }
    assertSameVectors(model, "pooling-mean");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"architectures\": [\"Qwen3ForCausalLM\"]', lasttoken",
    "'\"architectures\": [\"Qwen3ForCausalLM\"], \"is_causal\": false', mean",
    "'\"architectures\": [\"Qwen3Model\"]', mean"
  })
  void aPlainCausalLanguageModelIsPooledAtItsLastToken(String keys, String mode)
      throws IOException {
    TestModel model = TestModel.copyOf("qwen3-lasttoken-leftpad", folder);
    Files.delete(model.file("modules.json"));
    model.write("config.json", withArchitectures(model.read("config.json"), keys));

    try (Embedder embedder = Embedder.load(model.toString())) {
      assertThat(embedder.pipeline().stages().get(1).settings())
          .isEqualTo(mode + ", include_prompt=true");
    }
  }

  private static String withArchitectures(String config, String keys) {
    String without = config.replaceFirst("\"architectures\": \\[[^\\]]*\\],", "");
    assertThat(without).isNotEqualTo(config);
    return without.replaceFirst("\\{", "{" + keys + ",");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Router", "Asym"})
  void aRouterInsideItselfIsRefused(String type) {
    String types = "{\"types\": {\".\": \"sentence_transformers.models.%s\"}}".formatted(type);
    TestModel model =
        mean()
            .write("modules.json", modules("sentence_transformers.models." + type, ""))
            .write("config.json", types);

    assertRefused(model)
        .hasMessage(model.file("config.json") + ": \".\" is nested more than 8 stages deep");
  }

  @Test
  void anUnknownModelTypeListsTheKnownOnes() {
    TestModel model =
        mean().edit("config.json", "\"model_type\": \"bert\"", "\"model_type\": \"whisk\"");

    assertRefused(model)
        .hasMessageStartingWith(
            model.file("config.json") + ": model_type \"whisk\" is not known; known: [")
        .hasMessageContaining("bert");
  }

  @Test
  void aConfigurationOfAnotherSizeNamesTensorAndShapes() {
    TestModel model = mean().edit("config.json", "\"hidden_size\": 32", "\"hidden_size\": 64");

    assertRefused(model)
        .hasMessageStartingWith(model.file("model.safetensors") + ": tensor \"")
        .hasMessageEndingWith(
            "word_embeddings.weight\" has shape [900, 32],"
                + " but the configuration asks for [900, 64]");
  }

  @Test
  void aLayerTooManyNamesTheMissingTensor() {
    TestModel model =
        mean().edit("config.json", "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4");

    assertRefused(model)
        .hasMessageStartingWith(model.file("model.safetensors") + ": tensor \"")
        .hasMessageContaining("encoder.layer.3.")
        .hasMessageContaining("\" is missing; there are [");
  }

  @Test
  void headsMustDivideTheWidth() {
    TestModel model =
        mean().edit("config.json", "\"num_attention_heads\": 4", "\"num_attention_heads\": 5");

    assertRefused(model)
        .hasMessage(
            model.file("config.json")
                + ": hidden_size 32 is not a multiple of num_attention_heads 5");
  }

  @ParameterizedTest
  @CsvSource({
    "config.json, no such file; the model directory is incomplete",
    "1_Pooling/config.json, no such file; the model directory is incomplete",
    "tokenizer.json, no such file; save the tokenizer in the fast format",
  })
  void aMissingFileIsNamed(String file, String message) {
    TestModel model = mean().delete(file);

    assertRefused(model).hasMessageStartingWith(model.file(file) + ": " + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2_Dense/"})
  void aFolderWithoutWeightsListsWhatIsLookedFor(String path) {
    TestModel model = copy("dense-tanh").delete(path + "model.safetensors");

    assertRefused(model)
        .hasMessage(
            model.file(path)
                + ": no weights; looked for model.safetensors, model.safetensors.index.json,"
                + " pytorch_model.bin, pytorch_model.bin.index.json; save the model with"
                + " safetensors (save_pretrained does so)");
  }

  @Test
  void aTextThatIsNotUtf8IsRefused() throws IOException {
    TestModel model = mean();
    Files.write(model.file("config.json"), new byte[] {'{', (byte) 0xff, '}'});

    assertRefused(model)
        .hasMessageStartingWith(model.file("config.json") + ": cannot be read as UTF-8 text (");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "[]",
        "{}",
        "null",
        "{\"model\": null}",
        "{\"model\": {\"type\": \"Whisk\"}}",
        "{\"version\": \"1.0\", \"model\": {\"type\": \"WordPiece\", \"vocab\": [1, 2]}}",
        "{\"version\": \"1.0\", \"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": [\"x\"]}}",
        "\0",
      })
  void aBrokenTokenizerIsRefused(String json) {
    TestModel model = mean().write("tokenizer.json", json);

    assertRefused(model)
        .hasMessageStartingWith(model.file("tokenizer.json") + ": not a usable tokenizer (");
  }

  @Test
  void aTokenizerCutShortIsRefused() {
    TestModel model = mean();
    model.write("tokenizer.json", model.read("tokenizer.json").substring(0, 9000));

    assertRefused(model)
        .hasMessageStartingWith(model.file("tokenizer.json") + ": not a usable tokenizer (");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 2})
  void aLengthThatOnlyFitsSpecialTokensIsRefused(int length) {
    TestModel model =
        mean().write("sentence_bert_config.json", "{\"max_seq_length\": %d}".formatted(length));

    assertRefused(model)
        .hasMessage(
            model.file("tokenizer.json")
                + ": max_seq_length must be above the 2 special tokens of every text, but is "
                + length);
  }

  @Test
  void aLengthBeyondThePositionTableIsCapped() {
    assertMaxSeqLength(mean().write("sentence_bert_config.json", "{\"max_seq_length\": 81}"), 80);
  }

  @Test
  void aLengthAmongTheArgumentsOfTheTokenizerWins() {
    String settings = "{\"max_seq_length\": 20, \"tokenizer_args\": {\"model_max_length\": 7}}";

    assertMaxSeqLength(mean().write("sentence_bert_config.json", settings), 7);
  }

  @Test
  void rowsOfAPositionTableBelowTheFirstTokenDoNotCount() {
    TestModel model = TestModel.copyOf("roberta", folder);
    model.write("sentence_bert_config.json", "{\"max_seq_length\": 79}");

    assertMaxSeqLength(model, 78);

    model.write("sentence_bert_config.json", "{}").edit("tokenizer_config.json", ": 64", ": 512");
    assertMaxSeqLength(model, 78);
  }

  @Test
  void computedPositionsLimitOnlyWhatNobodySays() {
    TestModel model = TestModel.copyOf("qwen3-lasttoken-leftpad", folder);
    model.edit("tokenizer_config.json", ": 64", ": 512");
    assertMaxSeqLength(model, 80);

    model.write("sentence_bert_config.json", "{\"max_seq_length\": 200}");
    assertMaxSeqLength(model, 200);
  }

  private static void assertMaxSeqLength(TestModel model, int expected) {
    try (Embedder embedder = Embedder.load(model.toString())) {
      assertThat(embedder.pipeline().stages().get(0).settings())
          .endsWith("max_seq_length=" + expected);
    }
  }

  @Test
  void poolingOfAnotherWidthIsRefused() {
    TestModel model = mean().edit("1_Pooling/config.json", ": 32", ": 31");

    assertRefused(model)
        .hasMessage(
            "module 1 (Pooling) takes vectors of embedding_dimension 31,"
                + " but the modules before it make vectors of 32");
  }

  @Test
  void denseOfAnotherInputWidthThanItsWeightsIsRefused() {
    TestModel model =
        copy("dense-tanh").write("2_Dense/config.json", TANH_CONFIG.formatted(24, 16));

    assertRefused(model)
        .hasMessage(
            model.file("2_Dense/model.safetensors")
                + ": tensor \"linear.weight\" has shape [16, 32],"
                + " but the configuration asks for [16, 24]");
  }

  @Test
  void denseAfterVectorsOfAnotherWidthIsRefused() {
    TestModel model = copy("dense-tanh");
    model.edit("1_Pooling/config.json", "\"mean\"", "[\"mean\", \"max\"]");

    assertRefused(model)
        .hasMessage(
            "module 2 (Dense) takes vectors of in_features 32,"
                + " but the modules before it make vectors of 64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}             | expected a JSON array of objects",
        "7              | expected a JSON array of objects",
        "[7]            | expected a JSON object",
        "[{]            | not valid JSON (",
        "[{\"idx\": 0}] | required key \"type\" is missing",
        "[{\"type\": 7}]| \"type\" must be a string, but is 7",
      })
  void aModuleListOfAnotherFormIsRefused(String json, String message) {
    TestModel model = mean().write("modules.json", json);

    assertRefused(model).hasMessageStartingWith(model.file("modules.json") + ": " + message);
  }

  @Test
  void aChainMustTakeTextAndEndInASentenceEmbedding() {
    String transformer = "sentence_transformers.models.Transformer";
    String normalize = "sentence_transformers.models.Normalize";

    assertRefused(mean().write("modules.json", "[]"))
        .hasMessage("a pipeline needs at least one module");
    assertRefused(edited(modules(normalize, "2_Normalize", transformer, "")))
        .hasMessage(
            "module 0 (Normalize) cannot be the first module: it does not take text;"
                + " start with a Transformer, StaticEmbedding, WordEmbeddings or BoW");
    assertRefused(edited(modules(transformer, "")))
        .hasMessageContaining("the pipeline ends without sentence_embedding: it produces [")
        .hasMessageEndingWith("]; add a Pooling module");
    assertRefused(edited(modules(transformer, "", normalize, "2_Normalize")))
        .hasMessageStartingWith(
            "module 1 (Normalize) needs [sentence_embedding],"
                + " but the modules before it produce [");
  }

  @Test
  void aDefaultPromptThatIsNotThereIsRefused() {
    TestModel model = copy("prompts-exclude");
    String settings = "config_sentence_transformers.json";
    model.edit(settings, "\"default_prompt_name\": \"document\"", "\"default_prompt_name\": \"x\"");

    assertRefused(model)
        .hasMessage(
            model.file(settings)
                + ": default_prompt_name \"x\" is not one of the prompts [query, document]");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -3})
  void aDefaultWidthBelowOneIsRefused(int width) {
    String settings = "config_sentence_transformers.json";
    TestModel model = mean().write(settings, "{\"truncate_dim\": %d}".formatted(width));

    assertRefused(model)
        .hasMessage(
            model.file(settings) + ": \"truncate_dim\" must be at least 1, but is " + width);
  }

  @Test
  void settingsHoldPromptsInTheOrderOfTheFile() {
    TestModel model =
        mean()
            .write(
                "config_sentence_transformers.json",
                """
                {"prompts": {"title": "t: ", "query": "q: ", "none": null}, "default_prompt_name": "title",
                 "truncate_dim": 12}
                """);

    ModelSettings settings = ModelDir.open(model.dir()).settings();

    assertThat(settings.prompts().entrySet())
        .extracting(Object::toString)
        .containsExactly("query=q: ", "document=", "title=t: ", "none=");
    assertThat(settings.defaultPromptName()).contains("title");
    assertThat(settings.truncateDim()).hasValue(12);
  }

  private TestModel mean() {
    return copy("pooling-mean");
  }

  private TestModel copy(String parityCase) {
    return TestModel.copyOf(parityCase, folder);
  }

  private TestModel edited(String modules) {
    return new TestModel(folder.resolve("model")).write("modules.json", modules);
  }

  private static String modules(String... typesAndPaths) {
    StringBuilder json = new StringBuilder();
    for (int i = 0; i < typesAndPaths.length; i += 2) {
      json.append(i == 0 ? "[" : ", ")
          .append(
              "{\"type\": \"%s\", \"path\": \"%s\"}"
                  .formatted(typesAndPaths[i], typesAndPaths[i + 1]));
    }
    return json + "]";
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(TestModel model) {
    return assertThatThrownBy(() -> Embedder.load(model.toString()).close())
        .isInstanceOf(ModelException.class);
  }

  private static void assertSameVectors(TestModel model, String parityCase) {
    List<String> texts = TestModel.texts(parityCase);
    try (Embedder changed = Embedder.load(model.toString());
        Embedder original = Embedder.load(TestModel.of(parityCase).toString())) {
      float[][] actual = changed.encode(texts);
      float[][] expected = original.encode(texts);
      for (int row = 0; row < texts.size(); row++) {
        Golden.assertClose(actual[row], expected[row], 1e-6, "text %d", row);
      }
    }
  }
}
