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
  /** Some widths leave a rest that is worth a register of its own, some do not. */
  @ParameterizedTest
  @CsvSource({
    "1, 8, 7, RIGHT",
    "3, 5, 7, RIGHT",
    "4, 16, 7, LEFT",
    "12, 32, 7, LEFT",
    "3, 5, 13, RIGHT",
    "4, 16, 15, LEFT",
    "2, 8, 16, RIGHT",
    "2, 8, 17, LEFT",
    "2, 8, 31, RIGHT",
    "1, 4, 63, LEFT"
  })
  void isTheFormulaAtEveryPositionThatCounts(int heads, int headSize, int width, PaddingSide side) {
    check(heads, headSize, AttentionMask.of(new int[] {width, 3, 1}, width, side));
    check(heads, headSize, AttentionMask.of(new int[] {width, width}, width, side));
  }

  private static void check(int heads, int headSize, AttentionMask mask) {
    int hidden = heads * headSize;
    int width = mask.width();
    float[] projected = new float[mask.rows() * width * 3 * hidden];
    Random random = new Random(17);
    for (int i = 0; i < projected.length; i++) {
      projected[i] = (float) random.nextGaussian();
    }
    try (NDManager manager = TestEngine.cpu();
        Scripts scripts = new Scripts(Device.cpu(), Dtype.FLOAT32)) {
      DotProductAttention attention = new DotProductAttention(Heads.of(heads, headSize), scripts);
      NDArray x = manager.create(projected, new Shape(mask.rows(), width, 3L * hidden));
      float[] actual =
          attention.forward(x, Visibility.BOTH.relations(mask, manager)).toFloatArray();
      for (int row = 0; row < mask.rows(); row++) {
        for (int t = mask.from(row); t < mask.to(row); t++) {
          for (int i = 0; i < hidden; i++) {
            double expected = expected(projected, hidden, headSize, mask, row, t, i);
            assertThat((double) actual[(row * width + t) * hidden + i])
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
    double[] scores = new double[mask.width()];
    double largest = Double.NEGATIVE_INFINITY;
    for (int s = mask.from(row); s < mask.to(row); s++) {
      for (int j = 0; j < headSize; j++) {
        scores[s] +=
            (double) projected[at(mask, row, t, hidden) + head + j]
                * projected[at(mask, row, s, hidden) + hidden + head + j];
      }
      largest = Math.max(largest, scores[s]);
    }
    double sum = 0;
    double answer = 0;
    for (int s = mask.from(row); s < mask.to(row); s++) {
      double share = Math.exp(scores[s] - largest);
      sum += share;
      answer += share * projected[at(mask, row, s, hidden) + 2 * hidden + i];
    }
    return answer / sum;
  }

  private static int at(AttentionMask mask, int row, int position, int hidden) {
    return (row * mask.width() + position) * 3 * hidden;
  }
}
