// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Rotary positions (Su et al. 2021, arXiv:2104.09864): component i of the first half of a head and
 * its counterpart in the second half are turned together by position · base^(−2i/d). Scores then
 * depend on distances only, so it does not matter where in a padded row a text starts.
 *
 * <p>Angles are computed in float32, as the reference does, where the last digits show at positions
 * in the thousands. Immutable.
 */
final class Rotary {
  private final float[] frequencies;

  /**
   * Cosines and sines of the angles of one batch.
   *
   * @param cos (T, 1, d/2)
   * @param sin (T, 1, d/2)
   */
  record Rotation(NDArray cos, NDArray sin) {}

  private Rotary(float[] frequencies) {
    this.frequencies = frequencies;
  }

  /** The frequencies of heads of this width, before any scaling. */
  static Rotary of(double base, int headSize) {
    float[] frequencies = new float[headSize / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / headSize;
      frequencies[i] = 1f / (float) Math.pow((float) base, exponent);
    }
    return new Rotary(frequencies);
  }

  /** Changes every frequency. */
  Rotary scaled(Scaling scaling) {
    float[] changed = new float[frequencies.length];
    for (int i = 0; i < changed.length; i++) {
      changed[i] = scaling.apply(frequencies[i]);
    }
    return new Rotary(changed);
  }

  /** From a frequency to the one used instead. */
  interface Scaling {
    float apply(float frequency);
  }

  /** The angles of the positions 0 to {@code width}. */
  Rotation rotation(int width, NDManager batch) {
    int half = frequencies.length;
    try (NDArray places = batch.arange(0f, width);
        NDArray column = places.reshape(width, 1, 1);
        NDArray row = batch.create(frequencies, new Shape(1, 1, half));
        NDArray angles = column.mul(row)) {
      return new Rotation(angles.cos(), angles.sin());
    }
  }

  /** Lines of TorchScript that turn a tensor (B, T, heads, d) by {@code cos} and {@code sin}. */
  static String turn(String tensor, int headSize) {
    return """
    lower = torch.slice(%1$s, 3, 0, %2$d)
    upper = torch.slice(%1$s, 3, %2$d, %3$d)
    turned = torch.sub(torch.mul(lower, cos), torch.mul(upper, sin))
    beside = torch.add(torch.mul(upper, cos), torch.mul(lower, sin))
    %1$s = torch.cat([turned, beside], 3)
    """
        .formatted(tensor, headSize / 2, headSize);
  }
}
