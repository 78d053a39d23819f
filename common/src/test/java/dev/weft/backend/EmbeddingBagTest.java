// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Golden;
import dev.weft.TestEngine;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingBagTest {
  private static final int ROWS = 11;

  private NDManager batch;
  private EmbeddingBag bag;

  @BeforeEach
  void start() {
    batch = TestEngine.cpu();
    bag = new EmbeddingBag(Device.cpu());
  }

  @AfterEach
  void stop() {
    bag.close();
    batch.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64})
  void isTheMeanOfTheRowsAndZeroOfNone(int width) {
    float[][] table = table(width);
    int[][] texts = {{}, {3, 3, 10, 0}, {}, {7}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {}};
    int[] ids = {3, 3, 10, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    int[] offsets = {0, 0, 4, 4, 5, 14};

    NDArray means = bag.mean(batch.create(table), batch.create(ids), batch.create(offsets));

    assertThat(means.getShape()).isEqualTo(new Shape(texts.length, width));
    float[] actual = means.toFloatArray();
    for (int row = 0; row < texts.length; row++) {
      for (int i = 0; i < width; i++) {
        double sum = 0;
        for (int id : texts[row]) {
          sum += table[id][i];
        }
        float[] expected = {(float) (sum / Math.max(1, texts[row].length))};
        Golden.assertClose(
            new float[] {actual[row * width + i]}, expected, 1e-6, "row %d component %d", row, i);
      }
    }
  }

  @Test
  void textsWithoutAnyTokenAreZeros() {
    NDArray means =
        bag.mean(batch.create(table(7)), batch.create(new int[0]), batch.create(new int[3]));

    assertThat(means.getShape()).isEqualTo(new Shape(3, 7));
    assertThat(means.toFloatArray()).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {ROWS, -1})
  void anIdOutsideTheTableFails(int id) {
    NDArray table = batch.create(table(7));
    NDArray ids = batch.create(new int[] {1, id, 2});
    NDArray offsets = batch.create(new int[] {0});

    assertThatThrownBy(() -> bag.mean(table, ids, offsets)).isInstanceOf(RuntimeException.class);
  }

  private static float[][] table(int width) {
    Random random = new Random(3);
    float[][] table = new float[ROWS][width];
    for (float[] row : table) {
      for (int i = 0; i < width; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return table;
  }
}
