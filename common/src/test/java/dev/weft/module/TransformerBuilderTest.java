// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.TestModel;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.store.ModelScope;
import dev.weft.text.AttentionMask;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A model of 80 positions and 3 layers, whose tokenizer and settings say 64 tokens. Lengths are
 * those that the reference's 6.2 has with the same arguments.
 */
class TransformerBuilderTest {
  private static final String SETTINGS = "sentence_bert_config.json";
  private static final int CLS = 2;
  private static final int SEP = 3;
  private static final int UNKNOWN = 1;

  @TempDir Path folder;

  private NDManager device;
  private TestModel model;

  @BeforeEach
  void start() {
    device = TestEngine.cpu();
    model = TestModel.copyOf("v4-dense-normalize", folder);
  }

  @AfterEach
  void stop() {
    device.close();
  }

  private ModuleDir dir(Path path) {
    return new ModelScope(device).folder(path.toString());
  }

  private TransformerBuilder builder() {
    return Transformer.builder(dir(model.dir()));
  }

  private static int[] ids(Transformer transformer, String text) {
    Tokens tokens = transformer.tokenize(TextBatch.of(List.of(text)));
    return IntStream.range(0, tokens.length(0)).map(i -> tokens.id(0, i)).toArray();
  }

  private static void assertLength(TransformerBuilder builder, int expected) {
    try (Transformer transformer = builder.load()) {
      assertThat(transformer.maxSeqLength()).isEqualTo(expected);
      assertThat(transformer.settings()).isEqualTo("bert, max_seq_length=" + expected);
      int[] ids = ids(transformer, "a ".repeat(200));
      assertThat(ids).hasSize(expected).startsWith(CLS).endsWith(SEP);
      assertThat(ids(transformer, "a")).hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 20, 64, 80})
  void aLengthIsTakenAsItIsUpToThePositions(int length) {
    assertLength(builder().maxSeqLength(length), length);
  }

  @Test
  void aLengthBeyondThePositionsIsRefused() {
    TransformerBuilder beyond = builder().maxSeqLength(81);

    assertThatThrownBy(beyond::load)
        .isInstanceOf(ModelException.class)
        .hasMessage("max_seq_length 81 is more than the model's 80 positions");
    TransformerBuilder tokenizer = builder().tokenizerArgs(Map.of("model_max_length", 100));
    assertThatThrownBy(tokenizer::load)
        .isInstanceOf(ModelException.class)
        .hasMessage("tokenizer_args: model_max_length 100 is more than the model's 80 positions");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void aLengthBelowOneIsRefused(int length) {
    assertThatThrownBy(() -> builder().maxSeqLength(length))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("max_seq_length must be at least 1, but is " + length);
  }

  @Test
  void aLengthThatOnlyFitsSpecialTokensIsRefused() {
    TransformerBuilder short2 = builder().maxSeqLength(2);

    assertThatThrownBy(short2::load)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            model.file("tokenizer.json")
                + ": max_seq_length must be above the 2 special tokens of every text, but is 2");
  }

  @Test
  void theSettingsSayTheLengthWhereTheCallerDoesNot() {
    assertLength(builder(), 64);
    model.write(SETTINGS, "{\"max_seq_length\": 11}");
    assertLength(builder(), 11);
    assertLength(builder().maxSeqLength(70), 70);
  }

  @ParameterizedTest
  @CsvSource({"64, 64", "100, 80", "1e30, 80"})
  void elseTheTokenizerSaysItUpToThePositions(String tokenizer, int expected) {
    model.write(SETTINGS, "{\"max_seq_length\": null, \"do_lower_case\": false}");
    model.edit(
        "tokenizer_config.json", "\"model_max_length\": 64", "\"model_max_length\": " + tokenizer);

    assertLength(builder(), expected);
  }

  @Test
  void elseThePositionsSayIt() {
    model.delete(SETTINGS, "tokenizer_config.json");

    assertLength(builder(), 80);
  }

  @Test
  void tokenizerArgsWinOverEveryOtherLength() {
    Map<String, Object> args = Map.of("model_max_length", 20);

    assertLength(builder().tokenizerArgs(args), 20);
    assertLength(builder().tokenizerArgs(args).maxSeqLength(64), 20);
    model.write(
        SETTINGS, "{\"max_seq_length\": 64, \"tokenizer_args\": {\"model_max_length\": 15}}");
    assertLength(builder(), 15);
    assertLength(builder().tokenizerArgs(args), 20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sentence_bert_config.json",
        "sentence_roberta_config.json",
        "sentence_distilbert_config.json",
        "sentence_camembert_config.json",
        "sentence_albert_config.json",
        "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json"
      })
  void settingsAreReadUnderEveryOldName(String name) {
    model.delete(SETTINGS).write(name, "{\"max_seq_length\": 12, \"do_lower_case\": false}");

    assertLength(builder(), 12);
    try (Transformer transformer = builder().load()) {
      assertThat(transformer.spec().texts().keySet()).contains(SETTINGS);
    }
  }

  @Test
  void theNewestNameWins() {
    model.write("sentence_roberta_config.json", "{\"max_seq_length\": 12}");
    model.write("sentence_xlnet_config.json", "{\"max_seq_length\": 13}");

    assertLength(builder(), 64);
    model.delete(SETTINGS);
    assertLength(builder(), 12);
  }

  @Test
  void aLengthInAFileIsCappedByThePositions() {
    model.delete(SETTINGS).write("sentence_albert_config.json", "{\"max_seq_length\": 99}");

    assertLength(builder(), 80);
  }

  @Test
  void textsAreLoweredBeforeTheTokenizersOwnNormalizer() {
    model.edit("tokenizer.json", "\"lowercase\": true", "\"lowercase\": false");
    int a;
    try (Transformer cased = builder().load()) {
      a = ids(cased, "a")[1];
      assertThat(ids(cased, "A a")).containsExactly(CLS, UNKNOWN, a, SEP);
    }

    try (Transformer lower = builder().doLowerCase().load()) {
      assertThat(ids(lower, "A a")).containsExactly(CLS, a, a, SEP);
      Json saved = Json.parse(SETTINGS, lower.spec().texts().get(SETTINGS));
      assertThat(saved.findBool("do_lower_case")).contains(true);
      assertThat(lower.spec().texts().get("tokenizer.json"))
          .as("as it was, since the settings say the rest")
          .isEqualTo(model.read("tokenizer.json"));
    }
    model.write(SETTINGS, "{\"do_lower_case\": true}");
    try (Transformer lower = builder().load()) {
      assertThat(ids(lower, "A a")).containsExactly(CLS, a, a, SEP);
    }
  }

  @Test
  void theTokenizerMayBeThatOfAnotherFolder() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.move(model.file("tokenizer.json"), other.resolve("tokenizer.json"));
    Files.writeString(
        other.resolve("tokenizer_config.json"),
        "{\"model_max_length\": 30, \"padding_side\": \"left\"}");
    Files.writeString(other.resolve("special_tokens_map.json"), "{\"unk_token\": \"[UNK]\"}");
    model.delete(SETTINGS);

    assertLength(builder().tokenizer(dir(other)), 30);
    assertLength(builder().tokenizer(dir(other)).tokenizerArgs(Map.of("model_max_length", 10)), 10);
    try (Transformer transformer = builder().tokenizer(dir(other)).load()) {
      Map<String, String> texts = transformer.spec().texts();
      assertThat(texts).containsKeys("config.json", SETTINGS);
      assertThat(texts.get("tokenizer.json"))
          .isEqualTo(Files.readString(other.resolve("tokenizer.json")));
      assertThat(texts.get("special_tokens_map.json")).isEqualTo("{\"unk_token\": \"[UNK]\"}");
      assertThat(mask(transformer, "a", "a a a").from(0)).as("padded on the left").isEqualTo(2);
    }
    assertThatThrownBy(() -> builder().load())
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            model.file("tokenizer.json") + ": no such file; save the tokenizer");
  }

  private AttentionMask mask(Transformer transformer, String... texts) {
    try (NDManager batch = device.newSubManager()) {
      Tokens tokens = transformer.tokenize(TextBatch.of(List.of(texts)));
      return transformer.features(tokens, batch).get(Features.ATTENTION_MASK);
    }
  }

  @ParameterizedTest
  @CsvSource({"left, 2, 5", "right, 0, 3"})
  void thePaddingSideCanBeChosen(String side, int from, int to) {
    try (Transformer transformer = builder().tokenizerArgs(Map.of("padding_side", side)).load()) {
      AttentionMask mask = mask(transformer, "a", "a a a");

      assertThat(mask.from(0)).isEqualTo(from);
      assertThat(mask.to(0)).isEqualTo(to);
      Json saved = Json.parse("saved", transformer.spec().texts().get("tokenizer_config.json"));
      assertThat(saved.string("padding_side")).isEqualTo(side);
      assertThat(saved.integer("model_max_length")).isEqualTo(64);
    }
  }

  @Test
  void otherTokenizerArgsAreRefused() {
    assertThatThrownBy(() -> builder().tokenizerArgs(Map.of("use_fast", false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tokenizer_args: \"use_fast\" is not known; known: model_max_length, padding_side,"
                + " truncation_side");
    TransformerBuilder above = builder().tokenizerArgs(Map.of("padding_side", "above"));
    assertThatThrownBy(above::load)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            model.file("tokenizer_config.json")
                + ": padding_side \"above\" is not known; known: left, right");
    TransformerBuilder words = builder().tokenizerArgs(Map.of("model_max_length", "20"));
    assertThatThrownBy(words::load)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            model.file("tokenizer_config.json")
                + ": \"model_max_length\" must be a number, but is \"20\"");
  }

  private float[][] layers(Transformer transformer) {
    try (NDManager batch = device.newSubManager()) {
      Tokens tokens = transformer.tokenize(TextBatch.of(List.of("a man plays the guitar")));
      Features features = transformer.forward(transformer.features(tokens, batch));
      NDArray last = features.get(Features.TOKEN_EMBEDDINGS);
      List<NDArray> layers = features.find(Features.ALL_LAYER_EMBEDDINGS).orElseThrow().layers();
      assertThat(layers.get(layers.size() - 1).toFloatArray()).isEqualTo(last.toFloatArray());
      return layers.stream().map(NDArray::toFloatArray).toArray(float[][]::new);
    }
  }

  @Test
  void configArgsReplaceKeysOfTheConfiguration() {
    try (Transformer plain = builder().load();
        Transformer all = builder().configArgs(Map.of("output_hidden_states", true)).load();
        Transformer two =
            builder()
                .configArgs(Map.of("output_hidden_states", true))
                .configArgs(Map.of("num_hidden_layers", 2))
                .load()) {
      assertThat(plain.adds()).doesNotContain(Features.ALL_LAYER_EMBEDDINGS);
      assertThat(all.adds()).contains(Features.ALL_LAYER_EMBEDDINGS);
      float[][] three = layers(all);
      assertThat(three).hasNumberOfRows(4);
      float[][] cut = layers(two);
      assertThat(cut).hasNumberOfRows(3);
      for (int layer = 0; layer < 3; layer++) {
        Golden.assertClose(cut[layer], three[layer], 1e-6, "layer %d", layer);
      }
      Json saved = Json.parse("config.json", two.spec().texts().get("config.json"));
      assertThat(saved.findBool("output_hidden_states")).contains(true);
      assertThat(saved.integer("num_hidden_layers")).isEqualTo(2);
      assertThat(saved.string("model_type")).isEqualTo("bert");
      assertThat(saved.keys()).startsWith("architectures").endsWith("output_hidden_states");
    }
  }

  @Test
  void argumentsInTheSettingsAreThoseOfTheBuilder() {
    model.write(
        SETTINGS,
        """
        {
          "max_seq_length": 16,
          "do_lower_case": false,
          "model_args": {"torch_dtype": "float16", "trust_remote_code": true},
          "tokenizer_args": {"padding_side": "left"},
          "config_args": {"output_hidden_states": true}
        }
        """);

    try (Transformer transformer = builder().load()) {
      assertThat(transformer.maxSeqLength()).isEqualTo(16);
      assertThat(transformer.adds()).contains(Features.ALL_LAYER_EMBEDDINGS);
      assertThat(mask(transformer, "a", "a a a").from(0)).isEqualTo(2);
      ModuleSpec spec = transformer.spec();
      assertThat(spec.texts().get(SETTINGS))
          .isEqualTo(
              """
              {
                "max_seq_length": 16,
                "do_lower_case": false
              }
              """);
      assertThat(Json.parse("x", spec.texts().get("config.json")).findBool("output_hidden_states"))
          .contains(true);
      assertThat(Json.parse("x", spec.texts().get("tokenizer_config.json")).string("padding_side"))
          .isEqualTo("left");
    }
    try (Transformer right = builder().tokenizerArgs(Map.of("padding_side", "right")).load()) {
      assertThat(mask(right, "a", "a a a").from(0)).as("the caller wins").isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "torch_dtype, float32",
    "torch_dtype, auto",
    "dtype, torch.float32",
    "attn_implementation, eager",
    "attn_implementation, sdpa"
  })
  void modelArgsThatChangeNoNumberAreTaken(String key, String value) {
    try (Transformer plain = builder().configArgs(Map.of("output_hidden_states", true)).load();
        Transformer with =
            builder()
                .configArgs(Map.of("output_hidden_states", true))
                .modelArgs(Map.of(key, value))
                .load()) {
      assertThat(layers(with)).isDeepEqualTo(layers(plain));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trust_remote_code | true | trust_remote_code: code of a model is never run",
        "trust_remote_code | false | trust_remote_code: code of a model is never run",
        "device_map | auto |"
            + " \"device_map\" is not known; known: attn_implementation, dtype, export,"
            + " file_name, library, provider, subfolder, torch_dtype"
      })
  void otherModelArgsAreRefused(String key, String value, String message) {
    assertThatThrownBy(() -> builder().modelArgs(Map.of(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model_args: " + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"float64", "torch.int8", "Float32"})
  void otherTypesAreRefused(String type) {
    assertThatThrownBy(() -> builder().modelArgs(Map.of("dtype", type)).load())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dtype \"" + type + "\" is not known; known: auto, float32, bfloat16, float16");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "Torch", ""})
  void anUnknownBackendListsTheKnownOnes(String name) {
    assertLength(builder().backend("torch"), 64);
    assertThatThrownBy(() -> builder().backend(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("backend \"" + name + "\" is not known; known: torch, onnx, openvino");
  }

  @ParameterizedTest
  @CsvSource({
    "transformer_task, fill-mask, feature-extraction",
    "transformer_task, sequence-classification, feature-extraction",
    "module_output_name, scores, token_embeddings"
  })
  void anotherTaskThanEmbeddingIsRefused(String key, String value, String supported) {
    model.write(SETTINGS, "{\"%s\": \"%s\"}".formatted(key, supported));
    assertLength(builder(), 64);
    model.write(SETTINGS, "{\"%s\": \"%s\"}".formatted(key, value));

    assertThatThrownBy(this::builder)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            model.file(SETTINGS)
                + ": "
                + key
                + " \""
                + value
                + "\" is not supported; supported: "
                + supported);
  }
}
