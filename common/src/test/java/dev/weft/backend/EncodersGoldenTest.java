// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every architecture gives the reference's hidden states after every layer. */
class EncodersGoldenTest {
  static Stream<GoldenModel> models() {
    return GoldenModel.all("backend");
  }

  @Test
  void everyTypeHasAModel() {
    assertThat(models().map(model -> model.json().string("model_type")))
        .containsAll(Encoders.types());
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyLayerIsTheReferencesOnBothPaddings(GoldenModel model) {
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = model.load(device)) {
      float[][] expected = model.expected(device);
      for (PaddingSide side : PaddingSide.values()) {
        AttentionMask mask = GoldenModel.mask(model.ids(), side);
        NDArray ids = GoldenModel.batch(model.ids(), mask, filler(model), device);
        List<NDArray> states = encoder.forward(ids, mask, HiddenLayers.ALL);
        assertThat(states).hasSameSizeAs(expected);
        for (int layer = 0; layer < expected.length; layer++) {
          assertThat(states.get(layer).getShape().get(2)).isEqualTo(encoder.hiddenSize());
          float[] actual = GoldenModel.counting(states.get(layer), mask);
          Golden.assertClose(actual, expected[layer], 1e-4, "%s layer %s", side, layer);
        }
        List<NDArray> last = encoder.forward(ids, mask, HiddenLayers.LAST);
        assertThat(last).hasSize(1);
        assertThat(last.get(0).toFloatArray())
            .isEqualTo(states.get(states.size() - 1).toFloatArray());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aRowAloneGivesWhatItGivesInABatch(GoldenModel model) {
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = model.load(device)) {
      for (PaddingSide side : PaddingSide.values()) {
        AttentionMask mask = GoldenModel.mask(model.ids(), side);
        // Whatever stands at masked positions, a token of the vocabulary too.
        NDArray ids = GoldenModel.batch(model.ids(), mask, 7, device);
        NDArray together = encoder.forward(ids, mask, HiddenLayers.LAST).get(0);
        float[] actual = GoldenModel.counting(together, mask);
        int at = 0;
        for (int[] row : model.ids()) {
          int[][] rows = {row};
          AttentionMask full = GoldenModel.mask(rows, side);
          NDArray alone = GoldenModel.batch(rows, full, 7, device);
          float[] expected = encoder.forward(alone, full, HiddenLayers.LAST).get(0).toFloatArray();
          float[] part = Arrays.copyOfRange(actual, at, at + expected.length);
          Golden.assertClose(part, expected, 1e-5, "%s row of %s", side, row.length);
          at += expected.length;
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void intermediatesAreClosed(GoldenModel model) {
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = model.load(device)) {
      AttentionMask mask = GoldenModel.mask(model.ids(), PaddingSide.LEFT);
      try (NDManager batch = device.newSubManager()) {
        NDArray ids = GoldenModel.batch(model.ids(), mask, filler(model), batch);
        encoder.forward(ids, mask, HiddenLayers.LAST);
        // The ids, the result, and for each kind of layer a bias, cosines and sines.
        boolean twoKinds = model.name().matches(".*(window|modernbert|gemma3).*");
        assertThat(batch.getManagedArrays().size()).isLessThanOrEqualTo(twoKinds ? 8 : 5);
      }
    }
  }

  private static int filler(GoldenModel model) {
    return model.json().findInteger("pad_token_id").orElse(0);
  }
}
