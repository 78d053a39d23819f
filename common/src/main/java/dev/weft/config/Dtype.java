// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * In which type a transformer multiplies: the reference's {@code dtype} (before {@code
 * torch_dtype}). Whatever it is, sums, norms and results are float32.
 */
public enum Dtype {
  /** What the reference computes in; the default. */
  FLOAT32(6),
  /**
   * float32's range with 8 bits of precision; fast on CPUs with AMX or AVX512-BF16, and on GPUs.
   */
  BFLOAT16(15),
  /** 11 bits of precision, up to 65504; for GPUs. */
  FLOAT16(5);

  private final int scalarType;

  Dtype(int scalarType) {
    this.scalarType = scalarType;
  }

  /** Its number among torch's scalar types. */
  public int scalarType() {
    return scalarType;
  }

  /** The name users write. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A type by torch's name, with or without {@code torch.} in front. {@code auto} is float32:
   * weights that are narrower on disk are widened.
   *
   * @throws IllegalArgumentException for another, listing these
   */
  public static Dtype named(String name) {
    String plain = name.startsWith("torch.") ? name.substring("torch.".length()) : name;
    if (plain.equals("auto")) {
      return FLOAT32;
    }
    return Arrays.stream(values())
        .filter(type -> type.key().equals(plain))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "dtype \""
                        + name
                        + "\" is not known; known: auto, "
                        + Arrays.stream(values())
                            .map(Dtype::key)
                            .collect(Collectors.joining(", "))));
  }
}
