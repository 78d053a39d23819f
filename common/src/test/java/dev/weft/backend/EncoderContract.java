// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every backend must do, on models with types of tokens, without, and with causal layers. */
abstract class EncoderContract {

  /** The backend's encoder of a model. */
  abstract Encoder load(ExportedModel model, NDManager device);

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "qwen3"})
  void aRaggedBatchGivesTheReferencesStatesOnBothPaddings(String name) {
    ExportedModel model = ExportedModel.read(name);
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, device);
        Encoder torch = model.torch(device)) {
      for (PaddingSide side : PaddingSide.values()) {
        AttentionMask mask = GoldenModel.mask(model.ids(), side);
        NDArray ids = GoldenModel.batch(model.ids(), mask, filler(model), device);
        List<NDArray> states = encoder.forward(ids, mask, HiddenLayers.LAST);
        assertThat(states).hasSize(1);
        NDArray last = states.get(0);
        assertThat(last.getShape().getShape())
            .containsExactly(mask.rows(), mask.width(), encoder.hiddenSize());
        float[] actual = GoldenModel.counting(last, mask);
        Golden.assertClose(actual, flat(model.states()), 1e-4, "%s reference", side);
        NDArray own = torch.forward(ids, mask, HiddenLayers.LAST).get(0);
        Golden.assertClose(actual, GoldenModel.counting(own, mask), 1e-4, "%s torch", side);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "qwen3"})
  void aRowAloneGivesWhatItGivesInABatch(String name) {
    ExportedModel model = ExportedModel.read(name);
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, device)) {
      for (PaddingSide side : PaddingSide.values()) {
        AttentionMask mask = GoldenModel.mask(model.ids(), side);
        // A token of the vocabulary stands at masked positions.
        NDArray ids = GoldenModel.batch(model.ids(), mask, 7, device);
        NDArray together = encoder.forward(ids, mask, HiddenLayers.LAST).get(0);
        float[] alone = flat(alone(model, encoder, device));
        Golden.assertClose(GoldenModel.counting(together, mask), alone, 1e-5, "%s", side);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "qwen3"})
  void saysOfItselfWhatTorchSays(String name) {
    ExportedModel model = ExportedModel.read(name);
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, device);
        Encoder torch = model.torch(device)) {
      assertThat(encoder.modelType()).isEqualTo(torch.modelType()).isEqualTo(name);
      assertThat(encoder.hiddenSize()).isEqualTo(torch.hiddenSize()).isEqualTo(12);
      assertThat(encoder.maxPositions()).isEqualTo(torch.maxPositions());
      assertThat(encoder.positionLimit()).isEqualTo(torch.positionLimit());
    }
  }

  @Test
  void manyThreadsShareOne() throws Exception {
    ExportedModel model = ExportedModel.read("bert");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, device)) {
      float[][] expected = alone(model, encoder, device);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int row = i % expected.length;
        running.add(
            threads.submit(
                () -> {
                  try (NDManager batch = device.newSubManager()) {
                    float[] actual = alone(model.ids()[row], encoder, batch);
                    Golden.assertClose(actual, expected[row], 1e-6, "row %s", row);
                  }
                }));
      }
      for (Future<?> future : running) {
        future.get(1, TimeUnit.MINUTES);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aBatchHoldsItsIdsAndTheResultOnly() {
    ExportedModel model = ExportedModel.read("bert");
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, device)) {
      for (PaddingSide side : PaddingSide.values()) {
        try (NDManager batch = device.newSubManager()) {
          AttentionMask mask = GoldenModel.mask(model.ids(), side);
          NDArray ids = GoldenModel.batch(model.ids(), mask, 0, batch);
          NDArray last = encoder.forward(ids, mask, HiddenLayers.LAST).get(0);
          assertThat(last.getManager()).isSameAs(batch);
          assertThat(batch.getManagedArrays()).containsExactlyInAnyOrder(ids, last);
        }
      }
    }
  }

  @Test
  void afterATokenThatIsNoneTheNextBatchIsRunAsBefore() {
    ExportedModel model = ExportedModel.read("bert");
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, device)) {
      float[][] before = alone(model, encoder, device);
      int[] row = {3, 900_000, 4};
      refuses(() -> alone(row, encoder, device));
      assertThat(alone(model, encoder, device)).isDeepEqualTo(before);
    }
  }

  /** How the backend fails at an id beyond the vocabulary. */
  void refuses(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class);
  }

  /** How the backend answers a call after it was closed. */
  void closed(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith(": the encoder is closed");
  }

  @Test
  void opensAndClosesManyTimes() {
    ExportedModel model = ExportedModel.read("roberta");
    try (NDManager device = TestEngine.cpu()) {
      float[][] first = {};
      for (int i = 0; i < 5; i++) {
        try (Encoder encoder = load(model, device)) {
          float[][] states = alone(model, encoder, device);
          assertThat(states).isDeepEqualTo(i == 0 ? states : first);
          first = states;
        }
      }
    }
  }

  @Test
  void closingTwiceIsClosingOnce() {
    try (NDManager device = TestEngine.cpu()) {
      Encoder encoder = load(ExportedModel.read("bert"), device);
      encoder.close();
      encoder.close();
      assertThat(encoder.hiddenSize()).isEqualTo(12);
      closed(() -> alone(new int[] {3, 4}, encoder, device));
    }
  }

  static float[][] alone(ExportedModel model, Encoder encoder, NDManager device) {
    return Arrays.stream(model.ids())
        .map(row -> alone(row, encoder, device))
        .toArray(float[][]::new);
  }

  static float[] alone(int[] row, Encoder encoder, NDManager device) {
    int[][] rows = {row};
    AttentionMask full = GoldenModel.mask(rows, PaddingSide.RIGHT);
    NDArray ids = GoldenModel.batch(rows, full, 0, device);
    return encoder.forward(ids, full, HiddenLayers.LAST).get(0).toFloatArray();
  }

  static float[] flat(float[][] rows) {
    int size = Arrays.stream(rows).mapToInt(row -> row.length).sum();
    float[] flat = new float[size];
    int at = 0;
    for (float[] row : rows) {
      System.arraycopy(row, 0, flat, at, row.length);
      at += row.length;
    }
    return flat;
  }

  private static int filler(ExportedModel model) {
    return model.config().findInteger("pad_token_id").orElse(0);
  }
}
