// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.nio.FloatBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps what a call makes of each text, vector or failure. */
final class Outcomes implements VectorSink {
  final Map<Integer, float[]> vectors = new ConcurrentSkipListMap<>();
  final Map<Integer, TextFailure> failures = new ConcurrentSkipListMap<>();

  final Map<Integer, String> notices = new ConcurrentSkipListMap<>();

  @Override
  public void cut(int row, String notice) {
    if (vectors.containsKey(row) || notices.put(row, notice) != null) {
      throw new AssertionError("text " + row + " was cut too late or twice");
    }
  }

  @Override
  public void accept(int[] rows, int dimension, FloatBuffer values) {
    for (int row : rows) {
      float[] vector = new float[dimension];
      values.get(vector);
      if (vectors.put(row, vector) != null) {
        throw new AssertionError("text " + row + " came twice");
      }
    }
  }

  @Override
  public void failed(int row, TextFailure failure) {
    if (failures.put(row, failure) != null) {
      throw new AssertionError("text " + row + " failed twice");
    }
  }
}
