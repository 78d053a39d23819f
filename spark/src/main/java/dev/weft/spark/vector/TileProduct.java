// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.Arrays;

/**
 * Products of a few rows with a {@link VectorTile}. A tile holds its vectors component by
 * component, so the innermost loops run over neighbouring floats of separate arrays and sum nothing
 * up across them: that is the form the JIT compiler turns into vector instructions. Four components
 * at a time are added, and the same four serve all rows before the next are fetched.
 */
final class TileProduct {
  /** Rows at once; their sums and four components of the tile stay in a core's first cache. */
  static final int ROWS = 8;

  private TileProduct() {}

  /** scores[r - from][j] = Σ rows[r][d] · tile[d][j], added in the order of d. */
  static void dots(float[][] rows, int from, int to, VectorTile tile, float[][] scores) {
    float[][] components = tile.components();
    clear(scores);
    int d = 0;
    for (; d + 4 <= components.length; d += 4) {
      for (int r = from; r < to; r++) {
        addProducts(scores[r - from], rows[r], components, d, tile.size());
      }
    }
    for (; d < components.length; d++) {
      for (int r = from; r < to; r++) {
        addProduct(scores[r - from], rows[r][d], components[d], tile.size());
      }
    }
  }

  /** scores[r - from][j] = Σ (rows[r][d] − tile[d][j])², added in the order of d. */
  static void squaredDistances(
      float[][] rows, int from, int to, VectorTile tile, float[][] scores) {
    float[][] components = tile.components();
    clear(scores);
    int d = 0;
    for (; d + 4 <= components.length; d += 4) {
      for (int r = from; r < to; r++) {
        addSquares(scores[r - from], rows[r], components, d, tile.size());
      }
    }
    for (; d < components.length; d++) {
      for (int r = from; r < to; r++) {
        addSquare(scores[r - from], rows[r][d], components[d], tile.size());
      }
    }
  }

  private static void clear(float[][] scores) {
    for (float[] row : scores) {
      Arrays.fill(row, 0);
    }
  }

  private static void addProducts(
      float[] sums, float[] row, float[][] components, int d, int size) {
    float a0 = row[d];
    float a1 = row[d + 1];
    float a2 = row[d + 2];
    float a3 = row[d + 3];
    float[] b0 = components[d];
    float[] b1 = components[d + 1];
    float[] b2 = components[d + 2];
    float[] b3 = components[d + 3];
    for (int j = 0; j < size; j++) {
      sums[j] = sums[j] + a0 * b0[j] + a1 * b1[j] + a2 * b2[j] + a3 * b3[j];
    }
  }

  private static void addProduct(float[] sums, float a, float[] b, int size) {
    for (int j = 0; j < size; j++) {
      sums[j] += a * b[j];
    }
  }

  private static void addSquares(float[] sums, float[] row, float[][] components, int d, int size) {
    float a0 = row[d];
    float a1 = row[d + 1];
    float a2 = row[d + 2];
    float a3 = row[d + 3];
    float[] b0 = components[d];
    float[] b1 = components[d + 1];
    float[] b2 = components[d + 2];
    float[] b3 = components[d + 3];
    for (int j = 0; j < size; j++) {
      float e0 = a0 - b0[j];
      float e1 = a1 - b1[j];
      float e2 = a2 - b2[j];
      float e3 = a3 - b3[j];
      sums[j] = sums[j] + e0 * e0 + e1 * e1 + e2 * e2 + e3 * e3;
    }
  }

  private static void addSquare(float[] sums, float a, float[] b, int size) {
    for (int j = 0; j < size; j++) {
      float difference = a - b[j];
      sums[j] += difference * difference;
    }
  }
}
