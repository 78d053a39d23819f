// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
  private static Dropout loaded(String json) {
    return Dropout.load(FakeModuleDir.of(json));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.2, 1})
  void dropsNothing(double rate) {
    try (NDManager batch = TestEngine.cpu()) {
      NDArray x = batch.create(new float[][] {{-1.5f, 0.25f}, {3f, 0f}});
      Features before = Features.empty().with(Features.SENTENCE_EMBEDDING, x);

      NDArray y = new Dropout(rate).forward(before).get(Features.SENTENCE_EMBEDDING);

      assertThat(y.toFloatArray()).containsExactly(-1.5f, 0.25f, 3f, 0f);
    }
  }

  @Test
  void keepsItsRateForSaving() {
    Dropout dropout = loaded("{\"dropout\": 0.3}");

    assertThat(dropout.settings()).isEqualTo("dropout=0.3");
    assertThat(dropout.width(7)).isEqualTo(7);
    GoldenTensor.assertSaved(dropout.spec(), "config.json", Map.of("dropout", 0.3), Map.of());
  }

  @Test
  void theRateIsAFifthWhereTheConfigurationIsSilent() {
    assertThat(loaded("{}").settings()).isEqualTo("dropout=0.2");
    assertThat(Dropout.load(FakeModuleDir.of("other.json", "{}")).settings())
        .isEqualTo("dropout=0.2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"dropout\": 1.5} | fake/config.json: dropout must be between 0 and 1, but is 1.5",
        "{\"dropout\": -0.1} | fake/config.json: dropout must be between 0 and 1, but is -0.1",
        "{\"dropout\": \"a\"} | fake/config.json: \"dropout\" must be a number, but is \"a\"",
        "{\"p\": 0.1} | fake/config.json: key \"p\" is not known; known: dropout"
      })
  void aWrongConfigurationIsRefused(String json, String message) {
    assertThatThrownBy(() -> loaded(json)).isInstanceOf(ModelException.class).hasMessage(message);
  }

  @Test
  void aRateThatIsNoProbabilityIsRefused() {
    assertThatThrownBy(() -> new Dropout(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dropout must be between 0 and 1, but is NaN");
  }

  @Test
  void withoutASentenceEmbeddingItFails() {
    assertThatThrownBy(() -> new Dropout(0.1).forward(Features.empty()))
        .isInstanceOf(EncodeException.class)
        .hasMessage("needs sentence_embedding, but the features hold []");
  }
}
