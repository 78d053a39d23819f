// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.pipeline.Features;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pooling of words that have weights, and under a mask that does not fit the tokens. */
class PoolingWeightsTest {
  private static final Numbers NUMBERS = Golden.read("pooling_weights", Numbers.class);
  private static final int ROWS = 6;
  private static final int HIDDEN = 3;

  /** Random token embeddings (6, 5, 3), of rows whose weights have sums of every kind. */
  private record Numbers(
      int[] lengths, float[] weights, float[][][] token_embeddings, List<Case> cases) {}

  /** What the reference makes of them; null where no position counts. */
  record Case(
      List<String> mode,
      String side,
      int prompt_length,
      int mask_width,
      boolean weighted,
      float[][] vectors) {
    Pooling pooling() {
      List<PoolingMode> modes = mode.stream().map(m -> PoolingMode.find(m).orElseThrow()).toList();
      return new Pooling(
          HIDDEN, modes, prompt_length > 0 ? PromptPooling.EXCLUDE : PromptPooling.INCLUDE);
    }

    @Override
    public String toString() {
      return mode + " " + side + " " + prompt_length + " " + mask_width + " " + weighted;
    }
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

  static Stream<Case> cases() {
    return NUMBERS.cases().stream();
  }

  private Features features(Case of) {
    NDArray[] rows =
        Stream.of(NUMBERS.token_embeddings()).map(batch::create).toArray(NDArray[]::new);
    PaddingSide side = PaddingSide.valueOf(of.side().toUpperCase(Locale.ROOT));
    Features features =
        Features.empty()
            .with(Features.TOKEN_EMBEDDINGS, NDArrays.stack(new NDList(rows)))
            .with(
                Features.ATTENTION_MASK, AttentionMask.of(NUMBERS.lengths(), of.mask_width(), side))
            .with(Features.PROMPT_LENGTH, of.prompt_length());
    return of.weighted()
        ? features.with(Features.TOKEN_WEIGHTS_SUM, batch.create(NUMBERS.weights()))
        : features;
  }

  @Test
  void sumsOfEveryKindAreThere() {
    assertThat(NUMBERS.weights()).containsExactly(2.75f, -1.5f, 0f, 0f, 5e-10f, 0.3f);
    assertThat(cases()).hasSize(32);
    assertThat(cases().filter(c -> c.mask_width() == 7)).hasSize(16);
    assertThat(cases().filter(c -> !c.weighted())).hasSize(8);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheNumbersOfTheReference(Case expected) {
    NDArray pooled =
        expected.pooling().forward(features(expected)).get(Features.SENTENCE_EMBEDDING);

    int width = HIDDEN * expected.mode().size();
    assertThat(pooled.getShape()).isEqualTo(new Shape(ROWS, width));
    for (int row = 0; row < ROWS; row++) {
      float[] vector = expected.vectors()[row];
      float[] wanted = vector == null ? new float[width] : vector;
      Golden.assertClose(pooled.get(row).toFloatArray(), wanted, 2e-6, "row %d", row);
    }
  }

  @Test
  void aSumThatIsNotPositiveExplodesByTheClamp() {
    Case mean = NUMBERS.cases().get(0);

    NDArray pooled = mean.pooling().forward(features(mean)).get(Features.SENTENCE_EMBEDDING);

    float[][] row = NUMBERS.token_embeddings()[1];
    for (int i = 0; i < HIDDEN; i++) {
      float expected = (row[0][i] + row[1][i]) / 1e-9f;
      assertThat(pooled.getFloat(1, i)).isCloseTo(expected, within(Math.abs(expected) * 1e-5f));
    }
    assertThat(mean.mode()).containsExactly("mean");
    assertThat(pooled.get(2).toFloatArray()).as("no words").containsOnly(0f);
  }
}
