// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

/**
 * Some rows of the right side, their vectors component by component. Mutable and filled again for
 * the next rows; for one task's thread.
 */
final class VectorTile {
  static final int WIDTH = 256;

  private final float[][] components;
  private final Object[] ids = new Object[WIDTH];
  private int size;

  VectorTile(int dimension) {
    this.components = new float[dimension][WIDTH];
  }

  void clear() {
    size = 0;
  }

  boolean isFull() {
    return size == WIDTH;
  }

  void add(Object id, float[] vector) {
    for (int d = 0; d < components.length; d++) {
      components[d][size] = vector[d];
    }
    ids[size++] = id;
  }

  int size() {
    return size;
  }

  Object id(int index) {
    return ids[index];
  }

  /** One array a component; beyond {@link #size} lies what was there before. */
  float[][] components() {
    return components;
  }

  int dimension() {
    return components.length;
  }
}
