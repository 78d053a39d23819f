// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerNormTest {
  private static final Numbers NUMBERS = Golden.read("layer_norm", Numbers.class);

  /** Random rows of very different sizes, the third one zero, and what the reference makes. */
  private record Numbers(
      Map<String, Object> config,
      Map<String, GoldenTensor> weights,
      float[][] rows,
      float[][] vectors) {}

  private NDManager batch;

  @BeforeEach
  void start() {
    batch = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    batch.close();
  }

  private LayerNorm loaded(String json) {
    return LayerNorm.load(new FakeModuleDir(json, GoldenTensor.arrays(NUMBERS.weights(), batch)));
  }

  private float[][] forward(LayerNorm norm) {
    Features before =
        Features.empty().with(Features.SENTENCE_EMBEDDING, batch.create(NUMBERS.rows()));
    NDArray y = norm.forward(before).get(Features.SENTENCE_EMBEDDING);
    float[][] rows = new float[NUMBERS.rows().length][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = y.get(row).toFloatArray();
      assertThat(before.get(Features.SENTENCE_EMBEDDING).get(row).toFloatArray())
          .isEqualTo(NUMBERS.rows()[row]);
    }
    return rows;
  }

  @Test
  void givesTheNumbersOfTheReference() {
    LayerNorm norm = loaded("{\"dimension\": 5}");

    float[][] actual = forward(norm);

    for (int row = 0; row < actual.length; row++) {
      Golden.assertClose(actual[row], NUMBERS.vectors()[row], 1e-5, "row %d", row);
    }
    assertThat(actual[2]).as("β").isEqualTo(NUMBERS.weights().get("norm.bias").values());
    assertThat(norm.width(5)).isEqualTo(5);
    assertThat(norm.settings()).isEqualTo("5");
    assertThat(norm.needs()).containsExactly(Features.SENTENCE_EMBEDDING);
    assertThat(norm.adds()).isEqualTo(norm.needs());
  }

  @Test
  void fromScratchItHasMeanZeroAndVarianceOne() {
    float[][] actual = forward(LayerNorm.create(5, batch));

    for (int row : new int[] {0, 1}) {
      double sum = 0;
      double squares = 0;
      for (float value : actual[row]) {
        sum += value;
        squares += (double) value * value;
      }
      Golden.assertClose(
          new float[] {(float) sum, (float) squares / 5}, new float[] {0, 1}, 1e-4, "row %d", row);
    }
    assertThat(actual[2]).containsOnly(0f);
  }

  @Test
  void savesWhatTheReferenceSaves() {
    GoldenTensor.assertSaved(
        loaded("{\"dimension\": 5}").spec(), "config.json", NUMBERS.config(), NUMBERS.weights());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | fake/config.json: required key \"dimension\" is missing",
        "{\"dimension\": 0} | fake/config.json: dimension must be at least 1, but is 0",
        "{\"dimension\": -1} | fake/config.json: dimension must be at least 1, but is -1",
        "{\"dimension\": 5, \"eps\": 1} "
            + "| fake/config.json: key \"eps\" is not known; known: dimension"
      })
  void aWrongConfigurationIsRefused(String json, String message) {
    assertThatThrownBy(() -> loaded(json)).isInstanceOf(ModelException.class).hasMessage(message);
  }

  @Test
  void missingAndUnknownTensorsAreRefused() {
    Map<String, NDArray> tensors = GoldenTensor.arrays(NUMBERS.weights(), batch);
    FakeModuleDir dir = new FakeModuleDir("{\"dimension\": 5}", tensors);

    tensors.put("norm.scale", batch.create(new float[5]));
    assertThatThrownBy(() -> LayerNorm.load(dir))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "fake/model.safetensors: tensor \"norm.scale\" belongs to no part of the module as its"
                + " configuration describes it");

    tensors.keySet().removeAll(Set.of("norm.scale", "norm.bias"));
    assertThatThrownBy(() -> LayerNorm.load(dir))
        .isInstanceOf(ModelException.class)
        .hasMessage("no tensor norm.bias");
  }

  @Test
  void vectorsOfAnotherWidthAreRefused() {
    assertThatThrownBy(() -> LayerNorm.create(5, batch).width(6))
        .isInstanceOf(ModelException.class)
        .hasMessage("takes vectors of dimension 5, but the modules before it make vectors of 6");
    assertThatThrownBy(() -> LayerNorm.create(0, batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dimension must be at least 1, but is 0");
  }

  @Test
  void withoutASentenceEmbeddingItFails() {
    assertThatThrownBy(() -> LayerNorm.create(5, batch).forward(Features.empty()))
        .isInstanceOf(EncodeException.class)
        .hasMessage("needs sentence_embedding, but the features hold []");
  }
}
