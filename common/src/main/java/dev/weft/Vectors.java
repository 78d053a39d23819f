// SPDX-License-Identifier: Apache-2.0
package dev.weft;

/** Similarities of vectors, in double precision; the reference's {@code util/similarity.py}. */
public final class Vectors {
  private static final double EPSILON = 1e-12;

  private Vectors() {}

  /** Cosine of the angle between two vectors of one width; zero if one of them is zero. */
  public static double cosine(float[] a, float[] b) {
    return dot(a, b) / (Math.max(length(a), EPSILON) * Math.max(length(b), EPSILON));
  }

  /** Σ aᵢ·bᵢ. */
  public static double dot(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "vectors differ in width: " + a.length + " and " + b.length);
    }
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double length(float[] a) {
    return Math.sqrt(dot(a, a));
  }
}
