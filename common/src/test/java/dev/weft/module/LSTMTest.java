// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LSTMTest {
  private static final Numbers NUMBERS = Golden.read("lstm", Numbers.class);
  private static final int IN = 3;
  private static final int EMPTY = 1;

  /** Random token embeddings (5, 6, 3) of rows with 3, 0, 6, 1 and 6 tokens. */
  private record Numbers(int[] lengths, float[][][] tokens, List<Case> cases) {
    float[][][] texts() {
      return IntStream.range(0, lengths.length)
          .mapToObj(row -> Arrays.copyOf(tokens[row], lengths[row]))
          .toArray(float[][][]::new);
    }
  }

  /** What the reference makes of the batch, (5, 6, D). */
  record Case(Map<String, Object> config, Map<String, GoldenTensor> weights, float[][][] tokens) {
    @Override
    public String toString() {
      return config.toString();
    }
  }

  static Stream<Case> cases() {
    return NUMBERS.cases().stream();
  }

  private NDManager batch;

  @BeforeEach
  void start() {
    batch = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    batch.close();
  }

  private LSTM loaded(String json, Map<String, GoldenTensor> weights) {
    Map<String, NDArray> tensors = GoldenTensor.arrays(weights, batch);
    return LSTM.load(new FakeModuleDir(Map.of("lstm_config.json", json), tensors));
  }

  private LSTM loaded(Case from) {
    return loaded(GoldenTensor.json(from.config()), from.weights());
  }

  private Features asTheReferenceHasThem() {
    float[] numbers = new float[5 * 6 * IN];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = NUMBERS.tokens()[i / 18][i / IN % 6][i % IN];
    }
    return Features.empty()
        .with(Features.TOKEN_EMBEDDINGS, batch.create(numbers, new Shape(5, 6, IN)))
        .with(Features.ATTENTION_MASK, AttentionMask.of(NUMBERS.lengths(), 6, PaddingSide.RIGHT));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheNumbersOfTheReferenceEvenWhereTheMaskDoesNotCount(Case expected) {
    Features before = asTheReferenceHasThem();
    float[] input = before.get(Features.TOKEN_EMBEDDINGS).toFloatArray();
    try (LSTM lstm = loaded(expected)) {
      Features after = lstm.forward(before);

      NDArray y = after.get(Features.TOKEN_EMBEDDINGS);
      for (int row = 0; row < 5; row++) {
        for (int t = 0; t < 6; t++) {
          Golden.assertClose(
              RaggedBatch.vector(y, row, t), expected.tokens()[row][t], 1e-5, "%d at %d", row, t);
        }
      }
      assertThat(RaggedBatch.vector(y, EMPTY, 0)).as("one step").doesNotContain(0f);
      assertThat(RaggedBatch.vector(y, EMPTY, 1)).as("no more").containsOnly(0f);
      assertThat(after.get(Features.ATTENTION_MASK).length(EMPTY)).isZero();
      assertThat(before.get(Features.TOKEN_EMBEDDINGS).toFloatArray()).isEqualTo(input);
      assertThat(y.getShape().get(2)).isEqualTo(lstm.width(IN));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rowsPaddedOnTheLeftAreMoved(Case expected) {
    Features before = RaggedBatch.of(NUMBERS.texts(), IN, PaddingSide.LEFT, batch);
    try (LSTM lstm = loaded(expected)) {
      Features after = lstm.forward(before);

      AttentionMask mask = after.get(Features.ATTENTION_MASK);
      for (int row = 0; row < 5; row++) {
        assertThat(mask.from(row)).isZero();
        assertThat(mask.length(row)).isEqualTo(NUMBERS.lengths()[row]);
        for (int t = 0; t < mask.length(row); t++) {
          Golden.assertClose(
              RaggedBatch.vector(after.get(Features.TOKEN_EMBEDDINGS), row, t),
              expected.tokens()[row][t],
              1e-5,
              "%d at %d",
              row,
              t);
        }
      }
    }
  }

  @Test
  void anEmptyTextIsZerosAfterPooling() {
    Case expected = NUMBERS.cases().get(1);
    try (LSTM lstm = loaded(expected)) {
      Features alone = RaggedBatch.of(new float[1][0][], IN, PaddingSide.RIGHT, batch);
      Pooling pooling =
          new Pooling(4, List.of(PoolingMode.MEAN, PoolingMode.MAX), PromptPooling.INCLUDE);

      NDArray vector = pooling.forward(lstm.forward(alone)).get(Features.SENTENCE_EMBEDDING);

      assertThat(vector.toFloatArray()).hasSize(8);
      RaggedBatch.assertZeros(vector.toFloatArray());
    }
  }

  @Test
  void manyThreadsMayCallIt() {
    Case expected = NUMBERS.cases().get(3);
    try (LSTM lstm = loaded(expected)) {
      List<float[]> answers =
          IntStream.range(0, 16)
              .parallel()
              .mapToObj(
                  i ->
                      lstm.forward(asTheReferenceHasThem())
                          .get(Features.TOKEN_EMBEDDINGS)
                          .toFloatArray())
              .toList();

      assertThat(answers).allSatisfy(answer -> assertThat(answer).isEqualTo(answers.get(0)));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void savesWhatTheReferenceSaves(Case saved) {
    String file = "lstm_config.json";
    try (LSTM lstm = loaded(saved)) {
      GoldenTensor.assertSaved(lstm.spec(), file, saved.config(), saved.weights());
    }
    String old = GoldenTensor.json(GoldenTensor.old(saved.config()));
    try (LSTM lstm = loaded(old, saved.weights())) {
      GoldenTensor.assertSaved(lstm.spec(), file, saved.config(), saved.weights());
    }
  }

  @Test
  void fromScratchItHasTheDefaultsAndWeightsOfTheHiddenWidth() {
    try (LSTM lstm = LSTM.builder(IN, 64).seed(5).build(batch);
        LSTM same = LSTM.builder(IN, 64).seed(5).build(batch)) {
      ModuleSpec spec = lstm.spec();

      assertThat(lstm.settings()).isEqualTo("3 -> 128, num_layers=1, bidirectional=true");
      assertThat(spec.texts().get("lstm_config.json").replaceAll("\\s", ""))
          .isEqualTo(
              "{\"word_embedding_dimension\":3,\"hidden_dim\":64,\"num_layers\":1,"
                  + "\"dropout\":0.0,\"bidirectional\":true}");
      assertThat(spec.tensors().keySet()).isEqualTo(NUMBERS.cases().get(1).weights().keySet());
      spec.tensors()
          .forEach(
              (name, tensor) -> {
                double largest = 0;
                for (float value : GoldenTensor.floats(tensor)) {
                  largest = Math.max(largest, Math.abs(value));
                }
                assertThat(largest).as(name).isBetween(0.95 / 8, 1.0 / 8);
                assertThat(GoldenTensor.floats(same.spec().tensors().get(name)))
                    .isEqualTo(GoldenTensor.floats(tensor));
              });
    }
  }

  @Test
  void theArgumentsAreKept() {
    try (LSTM lstm =
        LSTM.builder(IN, 2).numLayers(3).dropout(0.4).unidirectional().seed(1).build(batch)) {
      assertThat(lstm.width(IN)).isEqualTo(2);
      assertThat(lstm.settings()).isEqualTo("3 -> 2, num_layers=3, bidirectional=false");
      assertThat(lstm.spec().tensors()).hasSize(12);
      assertThat(lstm.spec().texts().get("lstm_config.json"))
          .contains("\"num_layers\": 3", "\"dropout\": 0.4", "\"bidirectional\": false");
    }
  }

  @Test
  void vectorsOfAnotherWidthAreRefused() {
    try (LSTM lstm = LSTM.builder(IN, 2).build(batch)) {
      assertThatThrownBy(() -> lstm.width(5))
          .isInstanceOf(ModelException.class)
          .hasMessage(
              "takes vectors of embedding_dimension 3, but the modules before it make vectors of"
                  + " 5");
      assertThatThrownBy(() -> lstm.forward(Features.empty()))
          .isInstanceOf(EncodeException.class)
          .hasMessage("needs token_embeddings, but the features hold []");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"hidden_dim\": 2 | required key \"embedding_dimension\" is missing",
        "\"embedding_dimension\": 3 | required key \"hidden_dim\" is missing",
        "\"embedding_dimension\": 0, \"hidden_dim\": 2 "
            + "| embedding_dimension must be at least 1, but is 0",
        "\"embedding_dimension\": 3, \"hidden_dim\": 0 | hidden_dim must be at least 1, but is 0",
        "\"embedding_dimension\": 3, \"hidden_dim\": 2, \"num_layers\": 0 "
            + "| num_layers must be at least 1, but is 0",
        "\"embedding_dimension\": 3, \"hidden_dim\": 2, \"dropout\": 1.5 "
            + "| dropout must be between 0 and 1, but is 1.5",
        "\"embedding_dimension\": 3, \"hidden_dim\": 2, \"num_layers\": 2000000000 "
            + "| num_layers must be at most 1000, but is 2000000000",
        "\"embedding_dimension\": 3, \"hidden_dim\": 2, \"dropout\": true "
            + "| \"dropout\" must be a number, but is true",
        "\"embedding_dimension\": 3, \"hidden_dim\": 2, \"proj_size\": 1 "
            + "| key \"proj_size\" is not known; known: bidirectional, dropout,"
            + " embedding_dimension, hidden_dim, num_layers, word_embedding_dimension"
      })
  void aWrongConfigurationIsRefused(String json, String message) {
    assertThatThrownBy(() -> loaded("{" + json + "}", Map.of()))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/lstm_config.json: " + message);
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThatThrownBy(() -> LSTM.builder(IN, 2).dropout(-0.5).build(batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dropout must be between 0 and 1, but is -0.5");
  }

  @Test
  void tensorsOfAnotherLayerAreRefused() {
    String json = "{\"embedding_dimension\": 3, \"hidden_dim\": 2, \"bidirectional\": false}";

    assertThatThrownBy(() -> loaded(json, NUMBERS.cases().get(2).weights()))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "fake/model.safetensors: tensor \"encoder.bias_hh_l1\" belongs to no part of the module"
                + " as its configuration describes it");
    assertThatThrownBy(() -> loaded(json, Map.of()))
        .isInstanceOf(ModelException.class)
        .hasMessage("no tensor encoder.weight_ih_l0");
  }
}
