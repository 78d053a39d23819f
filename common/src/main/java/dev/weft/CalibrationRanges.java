// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.util.Arrays;

/**
 * The smallest and largest value of every component over a set of vectors, which {@link Quantizer}
 * divides into 255 steps. For results that are made in parts, take the ranges over all parts: with
 * ranges of its own, each part would code the same number differently. Immutable.
 */
public final class CalibrationRanges {
  private final float[] min;
  private final float[] max;

  private CalibrationRanges(float[] min, float[] max) {
    this.min = min;
    this.max = max;
  }

  /** The ranges of these vectors, at least one and all of one width. */
  public static CalibrationRanges of(float[][] vectors) {
    if (vectors.length == 0) {
      throw new IllegalArgumentException("calibration needs at least one vector");
    }
    CalibrationRanges ranges = new CalibrationRanges(vectors[0].clone(), vectors[0].clone());
    for (float[] vector : vectors) {
      for (int i = 0; i < ranges.min.length; i++) {
        ranges.min[i] = Math.min(ranges.min[i], vector[i]);
        ranges.max[i] = Math.max(ranges.max[i], vector[i]);
      }
    }
    return ranges;
  }

  /** Ranges that were computed elsewhere, one pair a component. */
  public static CalibrationRanges of(float[] min, float[] max) {
    if (min.length != max.length) {
      throw new IllegalArgumentException(
          "ranges need as many minima as maxima: " + min.length + ", " + max.length);
    }
    return new CalibrationRanges(min.clone(), max.clone());
  }

  /** The ranges over both sets of vectors. */
  public CalibrationRanges merge(CalibrationRanges other) {
    return of(new float[][] {min, max, other.min, other.max});
  }

  int dimension() {
    return min.length;
  }

  /** floor((x − min) / step), kept within 0 and 255; a component that never varies is 0. */
  int code(int component, float x) {
    float range = max[component] - min[component];
    float step = range == 0 ? 1f : range / 255f;
    int code = (int) Math.floor((x - min[component]) / step);
    return Math.max(0, Math.min(255, code));
  }

  @Override
  public String toString() {
    return "min " + Arrays.toString(min) + ", max " + Arrays.toString(max);
  }
}
