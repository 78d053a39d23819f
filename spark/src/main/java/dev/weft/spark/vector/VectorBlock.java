// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.List;

/**
 * Some rows of the left side, as many as are kept in memory while the right side passes. Equal to
 * itself only. For one task's thread.
 */
final class VectorBlock {
  private final Object[] ids;
  private final float[][] vectors;

  /** At least one row; vectors are of one dimension and are not copied. */
  VectorBlock(List<Object> ids, List<float[]> vectors) {
    this.ids = ids.toArray();
    this.vectors = vectors.toArray(float[][]::new);
  }

  int size() {
    return ids.length;
  }

  Object id(int index) {
    return ids[index];
  }

  float[][] vectors() {
    return vectors;
  }

  int dimension() {
    return vectors[0].length;
  }
}
