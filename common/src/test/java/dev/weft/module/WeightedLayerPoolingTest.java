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
import dev.weft.pipeline.HiddenStates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedLayerPoolingTest {
  private static final Numbers NUMBERS = Golden.read("weighted_layer_pooling", Numbers.class);

  /** Hidden states of five layers and the embedding output, (2, 4, 3) each. */
  private record Numbers(float[][][][] layers, List<Case> cases) {}

  /** What the reference makes of them; no weights where they are the default. */
  record Case(Map<String, Object> config, Map<String, GoldenTensor> weights, float[][][] tokens) {
    int start() {
      return ((Number) config.get("layer_start")).intValue();
    }

    /** What the reference saves, weights of one included. */
    Map<String, GoldenTensor> saved() {
      float[] ones = new float[6 - start()];
      Arrays.fill(ones, 1f);
      return weights.isEmpty()
          ? Map.of("layer_weights", new GoldenTensor(new long[] {ones.length}, ones))
          : weights;
    }

    @Override
    public String toString() {
      return "layer_start " + start() + (weights.isEmpty() ? "" : ", weights");
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

  private NDArray array(float[][][] tokens) {
    float[] numbers = new float[2 * 4 * 3];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = tokens[i / 12][i / 3 % 4][i % 3];
    }
    return batch.create(numbers, new Shape(2, 4, 3));
  }

  private HiddenStates states(int number) {
    List<NDArray> layers = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      layers.add(array(NUMBERS.layers()[i % 6]));
    }
    return new HiddenStates(layers);
  }

  private float[] forward(WeightedLayerPooling pooling, int number) {
    HiddenStates states = states(number);
    Features before =
        Features.empty()
            .with(Features.ALL_LAYER_EMBEDDINGS, states)
            .with(Features.TOKEN_EMBEDDINGS, states.layers().get(number - 1));
    NDArray mean = pooling.forward(before).get(Features.TOKEN_EMBEDDINGS);
    for (int i = 0; i < number; i++) {
      assertThat(states.layers().get(i).toFloatArray())
          .isEqualTo(array(NUMBERS.layers()[i % 6]).toFloatArray());
    }
    return mean.toFloatArray();
  }

  private WeightedLayerPooling loaded(String json, Map<String, GoldenTensor> weights) {
    return WeightedLayerPooling.load(new FakeModuleDir(json, GoldenTensor.arrays(weights, batch)));
  }

  private static WeightedLayerPooling.Builder builder(int start) {
    return WeightedLayerPooling.builder(3).numHiddenLayers(5).layerStart(start);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheNumbersOfTheReference(Case expected) {
    float[] numbers = array(expected.tokens()).toFloatArray();
    WeightedLayerPooling.Builder builder = builder(expected.start());
    if (!expected.weights().isEmpty()) {
      builder.layerWeights(expected.weights().get("layer_weights").values());
    }
    Map<String, Object> config = expected.config();

    Golden.assertClose(forward(builder.build(), 6), numbers, 1e-5, "built");
    for (Map<String, Object> keys : List.of(config, GoldenTensor.old(config))) {
      WeightedLayerPooling pooling = loaded(GoldenTensor.json(keys), expected.saved());
      Golden.assertClose(forward(pooling, 6), numbers, 1e-5, "loaded from %s", keys);
      GoldenTensor.assertSaved(pooling.spec(), "config.json", config, expected.saved());
    }
  }

  @Test
  void layersFourToTwelveAreTheDefault() {
    WeightedLayerPooling pooling = WeightedLayerPooling.builder(3).build();

    assertThat(pooling.settings()).isEqualTo("layers 4 to 12");
    assertThat(pooling.spec().tensors().get("layer_weights").shape()).containsExactly(9);
    assertThat(pooling.width(3)).isEqualTo(3);
    assertThat(pooling.needs()).containsExactly(Features.TOKEN_EMBEDDINGS);
    assertThat(pooling.adds()).isEqualTo(pooling.needs());
  }

  @Test
  void withoutTheLayersTheTokensPass() {
    NDArray tokens = array(NUMBERS.layers()[5]);
    Features before = Features.empty().with(Features.TOKEN_EMBEDDINGS, tokens);

    assertThat(builder(0).build().forward(before).get(Features.TOKEN_EMBEDDINGS)).isSameAs(tokens);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 7})
  void anotherNumberOfLayersIsRefused(int number) {
    assertThatThrownBy(() -> forward(builder(0).build(), number))
        .isInstanceOf(EncodeException.class)
        .hasMessage(
            "num_hidden_layers is 5, but the transformer before it has "
                + (number - 1)
                + " layers");
  }

  @Test
  void weightsThatTheReferenceDidNotSaveAreRefused() {
    assertThatThrownBy(() -> loaded("{\"embedding_dimension\": 3}", Map.of()))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "fake/model.safetensors: tensor \"layer_weights\" is missing; sentence-transformers"
                + " saves it only if it is an nn.Parameter, so make it one and save the model"
                + " again");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | required key \"embedding_dimension\" is missing",
        "{\"embedding_dimension\": 0} | embedding_dimension must be at least 1, but is 0",
        "{\"embedding_dimension\": 3, \"layer_start\": -2} "
            + "| layer_start must be between 0 and num_hidden_layers 12, but is -2",
        "{\"embedding_dimension\": 3, \"layer_start\": 4, \"num_hidden_layers\": 3} "
            + "| layer_start must be between 0 and num_hidden_layers 3, but is 4",
        "{\"embedding_dimension\": 3, \"layer_weights\": []} "
            + "| key \"layer_weights\" is not known; known: embedding_dimension, layer_start,"
            + " num_hidden_layers, word_embedding_dimension"
      })
  void aWrongConfigurationIsRefused(String json, String message) {
    assertThatThrownBy(() -> loaded(json, Map.of()))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/config.json: " + message);
  }

  @Test
  void anotherNumberOfWeightsThanOfLayersIsRefused() {
    assertThatThrownBy(() -> builder(3).layerWeights(1, 2).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer_weights must hold 3 values, one a layer from 3 to 5, but holds 2");
    assertThatThrownBy(() -> builder(3).layerWeights())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer_weights is empty");
  }

  @Test
  void vectorsOfAnotherWidthAreRefused() {
    assertThatThrownBy(() -> builder(0).build().width(4))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "takes vectors of embedding_dimension 3, but the modules before it make vectors of 4");
  }
}
