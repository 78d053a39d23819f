// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * What the vector functions compute, a row at a time. Public, and with null for NULL, only because
 * Spark's generated code calls it.
 *
 * <p>Sums are in double precision and in Spark's order, eight terms at a time, and are rounded to
 * float once (SPARK-58544), so results equal Spark's to the bit.
 */
public final class VectorMath {
  private static final int BLOCK = 8;

  private VectorMath() {}

  /** Σ aᵢbᵢ / √(Σ aᵢ² · Σ bᵢ²); null if an element is null, a vector is zero, or both are empty. */
  public static @Nullable Float cosineSimilarity(
      ArrayData left, ArrayData right, UTF8String function) {
    int n = commonDimension(left, right, function);
    if (n == 0 || FloatArrays.hasNull(left) || FloatArrays.hasNull(right)) {
      return null;
    }
    Object a = FloatArrays.memory(left);
    Object b = FloatArrays.memory(right);
    long aAt = FloatArrays.offset(left);
    long bAt = FloatArrays.offset(right);
    double lengths = Math.sqrt(dot(a, aAt, a, aAt, n) * dot(b, bAt, b, bAt, n));
    return lengths == 0 ? null : (float) (dot(a, aAt, b, bAt, n) / lengths);
  }

  /** Σ aᵢbᵢ; null if an element is null. */
  public static @Nullable Float innerProduct(ArrayData left, ArrayData right, UTF8String function) {
    int n = commonDimension(left, right, function);
    if (FloatArrays.hasNull(left) || FloatArrays.hasNull(right)) {
      return null;
    }
    return (float)
        dot(
            FloatArrays.memory(left),
            FloatArrays.offset(left),
            FloatArrays.memory(right),
            FloatArrays.offset(right),
            n);
  }

  /** √ Σ (aᵢ − bᵢ)²; null if an element is null. */
  public static @Nullable Float l2Distance(ArrayData left, ArrayData right, UTF8String function) {
    int n = commonDimension(left, right, function);
    if (FloatArrays.hasNull(left) || FloatArrays.hasNull(right)) {
      return null;
    }
    Object a = FloatArrays.memory(left);
    Object b = FloatArrays.memory(right);
    long aAt = FloatArrays.offset(left);
    long bAt = FloatArrays.offset(right);
    double sum = 0;
    int i = 0;
    while (i < n) {
      int end = i + BLOCK <= n ? i + BLOCK : i + 1;
      double block = 0;
      for (; i < end; i++) {
        double difference = at(a, aAt, i) - at(b, bAt, i);
        block += difference * difference;
      }
      sum += block;
    }
    return (float) Math.sqrt(sum);
  }

  /** The norm of degree 1, 2 or infinity; null if an element is null, 0 for an empty vector. */
  public static @Nullable Float norm(ArrayData vector, float degree, UTF8String function) {
    requireDegree(degree, function);
    return FloatArrays.hasNull(vector)
        ? null
        : (float)
            norm(
                FloatArrays.memory(vector),
                FloatArrays.offset(vector),
                vector.numElements(),
                degree);
  }

  /** The vector over its norm; null if an element is null or the norm is zero. */
  public static @Nullable ArrayData normalize(ArrayData vector, float degree, UTF8String function) {
    requireDegree(degree, function);
    int n = vector.numElements();
    if (n == 0) {
      return vector;
    }
    if (FloatArrays.hasNull(vector)) {
      return null;
    }
    Object a = FloatArrays.memory(vector);
    long aAt = FloatArrays.offset(vector);
    double norm = norm(a, aAt, n, degree);
    if (norm == 0) {
      return null;
    }
    float[] result = new float[n];
    for (int i = 0; i < n; i++) {
      result[i] = (float) (at(a, aAt, i) / norm);
    }
    return UnsafeArrayData.fromPrimitiveArray(result);
  }

  private static int commonDimension(ArrayData left, ArrayData right, UTF8String function) {
    int n = left.numElements();
    if (n != right.numElements()) {
      throw VectorError.dimensionMismatch(function.toString(), n, right.numElements());
    }
    return n;
  }

  private static void requireDegree(float degree, UTF8String function) {
    if (degree != 1 && degree != 2 && degree != Float.POSITIVE_INFINITY) {
      throw VectorError.normDegree(function.toString(), degree);
    }
  }

  private static double norm(@Nullable Object a, long aAt, int n, float degree) {
    if (degree == 2) {
      return Math.sqrt(dot(a, aAt, a, aAt, n));
    }
    return degree == 1 ? sumOfMagnitudes(a, aAt, n) : largestMagnitude(a, aAt, n);
  }

  private static double sumOfMagnitudes(@Nullable Object a, long aAt, int n) {
    double sum = 0;
    int i = 0;
    while (i < n) {
      int end = i + BLOCK <= n ? i + BLOCK : i + 1;
      double block = 0;
      for (; i < end; i++) {
        block += Math.abs(at(a, aAt, i));
      }
      sum += block;
    }
    return sum;
  }

  /** NaN elements do not count, as in Spark. */
  private static double largestMagnitude(@Nullable Object a, long aAt, int n) {
    double largest = 0;
    for (int i = 0; i < n; i++) {
      double magnitude = Math.abs(at(a, aAt, i));
      if (magnitude > largest) {
        largest = magnitude;
      }
    }
    return largest;
  }

  private static double dot(@Nullable Object a, long aAt, @Nullable Object b, long bAt, int n) {
    double sum = 0;
    int i = 0;
    while (i < n) {
      int end = i + BLOCK <= n ? i + BLOCK : i + 1;
      double block = 0;
      for (; i < end; i++) {
        block += at(a, aAt, i) * at(b, bAt, i);
      }
      sum += block;
    }
    return sum;
  }

  private static double at(@Nullable Object memory, long offset, int index) {
    return Platform.getFloat(memory, offset + (long) index * Float.BYTES);
  }
}
