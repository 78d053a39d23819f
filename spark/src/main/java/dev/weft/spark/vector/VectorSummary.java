// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.nio.ByteBuffer;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.unsafe.Platform;
import org.jspecify.annotations.Nullable;

/**
 * Sums of the components of vectors and how many vectors there were, in double precision. Mutable,
 * for one task's thread.
 */
final class VectorSummary {
  private double[] sums = new double[0];
  private long count;

  long count() {
    return count;
  }

  /** Adds a vector without null elements; the first decides the dimension. */
  void add(ArrayData vector, String function) {
    int n = vector.numElements();
    require(n, function);
    Object memory = FloatArrays.memory(vector);
    long at = FloatArrays.offset(vector);
    for (int i = 0; i < n; i++) {
      sums[i] += component(memory, at, i);
    }
    count++;
  }

  void add(VectorSummary other, String function) {
    if (other.count == 0) {
      return;
    }
    require(other.sums.length, function);
    for (int i = 0; i < sums.length; i++) {
      sums[i] += other.sums[i];
    }
    count += other.count;
  }

  private void require(int dimension, String function) {
    if (count == 0) {
      sums = new double[dimension];
    } else if (sums.length != dimension) {
      throw VectorError.dimensionMismatch(function, sums.length, dimension);
    }
  }

  /** The sums over a divisor, rounded once. */
  float[] over(double divisor) {
    float[] result = new float[sums.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (sums[i] / divisor);
    }
    return result;
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + sums.length * Double.BYTES);
    bytes.putLong(count).asDoubleBuffer().put(sums);
    return bytes.array();
  }

  static VectorSummary fromBytes(byte[] bytes) {
    VectorSummary summary = new VectorSummary();
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    summary.count = buffer.getLong();
    summary.sums = new double[buffer.remaining() / Double.BYTES];
    buffer.asDoubleBuffer().get(summary.sums);
    return summary;
  }

  private static float component(@Nullable Object memory, long at, int index) {
    return Platform.getFloat(memory, at + (long) index * Float.BYTES);
  }
}
