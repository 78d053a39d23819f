// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.pipeline.Features;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.Arrays;
import java.util.Random;

/** Texts as one batch, with random numbers where there is padding. */
final class RaggedBatch {
  private RaggedBatch() {}

  /** At least one position wide, as WordEmbeddings makes a batch without any token. */
  static Features of(float[][][] texts, int hidden, PaddingSide side, NDManager manager) {
    int[] lengths = Arrays.stream(texts).mapToInt(text -> text.length).toArray();
    int width = Math.max(1, Arrays.stream(lengths).max().orElseThrow());
    AttentionMask mask = AttentionMask.of(lengths, width, side);
    Random random = new Random(41);
    float[] numbers = new float[texts.length * width * hidden];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (7 * random.nextGaussian());
    }
    for (int row = 0; row < texts.length; row++) {
      for (int t = 0; t < lengths[row]; t++) {
        int start = (row * width + mask.from(row) + t) * hidden;
        System.arraycopy(texts[row][t], 0, numbers, start, hidden);
      }
    }
    NDArray tokens = manager.create(numbers, new Shape(texts.length, width, hidden));
    return Features.empty()
        .with(Features.TOKEN_EMBEDDINGS, tokens)
        .with(Features.ATTENTION_MASK, mask);
  }

  /** The vector at a position, of an array of any strides. */
  static float[] vector(NDArray tokens, int row, int position) {
    return tokens.get(row, position).flatten().toFloatArray();
  }

  /** Zeros of either sign. */
  static void assertZeros(float[] vector) {
    assertThat(vector).isNotEmpty();
    for (float value : vector) {
      assertThat(value + 0f).isEqualTo(0f);
    }
  }
}
