// SPDX-License-Identifier: Apache-2.0
package dev.weft;

/**
 * Codes vectors in bytes, as the reference's 6.2 does ({@code util/quantization.py},
 * quantize_embeddings), in float32 throughout:
 *
 * <ul>
 *   <li>{@code uint8}: floor((x − min) / step) within 0 … 255, step = (max − min) / 255
 *   <li>{@code int8}: the same, minus 128
 *   <li>{@code ubinary}: a bit for x &gt; 0, the first component in the highest bit, each vector
 *       filled up with zeros to a whole byte
 *   <li>{@code binary}: the same, minus 128
 * </ul>
 *
 * Unsigned codes are in the bytes as they are: {@link Precision#value} reads them.
 */
public final class Quantizer {
  private Quantizer() {}

  /** Codes without calibration: {@code binary} and {@code ubinary}. */
  public static byte[][] binary(float[][] vectors, Precision precision) {
    if (precision != Precision.BINARY && precision != Precision.UBINARY) {
      throw new IllegalArgumentException(precision + " is not a binary precision");
    }
    byte[][] codes = new byte[vectors.length][];
    for (int row = 0; row < codes.length; row++) {
      codes[row] = bits(vectors[row], precision == Precision.BINARY ? 0x80 : 0);
    }
    return codes;
  }

  private static byte[] bits(float[] vector, int flip) {
    byte[] packed = new byte[(vector.length + 7) / 8];
    for (int i = 0; i < vector.length; i++) {
      if (vector[i] > 0) {
        packed[i / 8] |= (byte) (0x80 >> (i % 8));
      }
    }
    for (int i = 0; i < packed.length; i++) {
      packed[i] ^= (byte) flip;
    }
    return packed;
  }

  /** Codes by calibration ranges: {@code int8} and {@code uint8}. */
  public static byte[][] scalar(
      float[][] vectors, Precision precision, CalibrationRanges calibration) {
    if (!precision.isCalibrated()) {
      throw new IllegalArgumentException(precision + " takes no calibration ranges");
    }
    int offset = precision == Precision.INT8 ? 128 : 0;
    byte[][] codes = new byte[vectors.length][];
    for (int row = 0; row < codes.length; row++) {
      float[] vector = vectors[row];
      if (vector.length != calibration.dimension()) {
        throw new IllegalArgumentException(
            "vector "
                + row
                + " has "
                + vector.length
                + " components, the calibration ranges have "
                + calibration.dimension());
      }
      codes[row] = new byte[vector.length];
      for (int i = 0; i < vector.length; i++) {
        codes[row][i] = (byte) (calibration.code(i, vector[i]) - offset);
      }
    }
    return codes;
  }
}
