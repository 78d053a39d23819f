// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.util.Arrays;
import java.util.Locale;

/** How the components of a vector are stored, with the reference's names in lower case. */
public enum Precision {
  /** As they are. */
  FLOAT32,
  /** 256 steps between the calibration bounds of the component, from −128. */
  INT8,
  /** 256 steps between the calibration bounds of the component, from 0. */
  UINT8,
  /** One bit a component, eight to a signed byte. */
  BINARY,
  /** One bit a component, eight to an unsigned byte. */
  UBINARY;

  /** The precision of this name, such as {@code int8}. */
  public static Precision parse(String name) {
    return Arrays.stream(values())
        .filter(p -> p.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "precision \""
                        + name
                        + "\" is not known; known: "
                        + Arrays.toString(values())));
  }

  /** Whether a component is coded by where it lies between calibration bounds. */
  public boolean isCalibrated() {
    return this == INT8 || this == UINT8;
  }

  /** The number a stored byte stands for: unsigned for {@code uint8} and {@code ubinary}. */
  public int value(byte stored) {
    return this == UINT8 || this == UBINARY ? Byte.toUnsignedInt(stored) : stored;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
