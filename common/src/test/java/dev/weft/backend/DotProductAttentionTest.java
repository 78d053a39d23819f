// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.TestEngine;
import dev.weft.config.Dtype;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripted operator against the formula, written out in double precision. */
class DotProductAttentionTest {
  private static final int[] LENGTHS = {7, 3, 1};
  private static final int WIDTH = 7;

  @ParameterizedTest
  @CsvSource({"1, 8, RIGHT", "3, 5, RIGHT", "4, 16, LEFT", "12, 32, LEFT"})
  void isTheFormulaAtEveryPositionThatCounts(int heads, int headSize, PaddingSide side) {
    int hidden = heads * headSize;
    AttentionMask mask = AttentionMask.of(LENGTHS, WIDTH, side);
    float[] projected = new float[LENGTHS.length * WIDTH * 3 * hidden];
    Random random = new Random(17);
    for (int i = 0; i < projected.length; i++) {
      projected[i] = (float) random.nextGaussian();
    }
    try (NDManager manager = TestEngine.cpu();
        Scripts scripts = new Scripts(Device.cpu(), Dtype.FLOAT32)) {
      DotProductAttention attention = new DotProductAttention(Heads.of(heads, headSize), scripts);
      NDArray x = manager.create(projected, new Shape(LENGTHS.length, WIDTH, 3L * hidden));
      float[] actual =
          attention.forward(x, Visibility.BOTH.relations(mask, manager)).toFloatArray();
      for (int row = 0; row < LENGTHS.length; row++) {
        for (int t = mask.from(row); t < mask.to(row); t++) {
          for (int i = 0; i < hidden; i++) {
            double expected = expected(projected, hidden, headSize, mask, row, t, i);
            assertThat((double) actual[(row * WIDTH + t) * hidden + i])
                .as("row %d position %d component %d", row, t, i)
                .isCloseTo(expected, within(1e-5));
          }
        }
      }
    }
  }

  /** Σₛ softmaxₛ(q·kₛ) · vₛ over the positions that count, for one component of one head. */
  private static double expected(
      float[] projected, int hidden, int headSize, AttentionMask mask, int row, int t, int i) {
    int head = i / headSize * headSize;
    double[] scores = new double[WIDTH];
    double largest = Double.NEGATIVE_INFINITY;
    for (int s = mask.from(row); s < mask.to(row); s++) {
      for (int j = 0; j < headSize; j++) {
        scores[s] +=
            (double) projected[at(row, t, hidden) + head + j]
                * projected[at(row, s, hidden) + hidden + head + j];
      }
      largest = Math.max(largest, scores[s]);
    }
    double sum = 0;
    double answer = 0;
    for (int s = mask.from(row); s < mask.to(row); s++) {
      double share = Math.exp(scores[s] - largest);
      sum += share;
      answer += share * projected[at(row, s, hidden) + 2 * hidden + i];
    }
    return answer / sum;
  }

  private static int at(int row, int position, int hidden) {
    return (row * WIDTH + position) * 3 * hidden;
  }
}
