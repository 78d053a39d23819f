// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.Dtype;
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

  /** Their error grows with the layers; what is wrong by its kind is off by far more. */
  @ParameterizedTest
  @MethodSource("models")
  void narrowTypesStayNearTheReference(GoldenModel model) {
    for (Dtype dtype : List.of(Dtype.BFLOAT16, Dtype.FLOAT16)) {
      try (NDManager device = TestEngine.cpu();
          Encoder encoder = model.load(device, dtype)) {
        float[][] states = model.expected(device);
        float[] expected = states[states.length - 1];
        for (PaddingSide side : PaddingSide.values()) {
          AttentionMask mask = GoldenModel.mask(model.ids(), side);
          NDArray ids = GoldenModel.batch(model.ids(), mask, filler(model), device);
          NDArray last = encoder.forward(ids, mask, HiddenLayers.LAST).get(0);
          assertThat(last.getDataType()).isEqualTo(DataType.FLOAT32);
          assertThat(last.isNaN().any().getBoolean()).as("%s %s NaN", dtype, side).isFalse();
          float[] actual = GoldenModel.counting(last, mask);
          assertThat(actual).as("%s is in use", dtype).isNotEqualTo(expected);
          double most = dtype == Dtype.BFLOAT16 ? 0.03 : 0.004;
          assertThat(distance(actual, expected)).as("%s %s", dtype, side).isLessThan(most);
        }
      }
    }
  }

  /** |a − b| / |b|. */
  private static double distance(float[] actual, float[] expected) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      length += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / length);
  }

  private static int filler(GoldenModel model) {
    return model.json().findInteger("pad_token_id").orElse(0);
  }
}
