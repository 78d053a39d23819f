// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Dtype;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns where a CPU has no instructions for a type of 16 bits: torch then multiplies number by
 * number, some ten times slower than float32.
 */
final class NarrowCpu {
  private static final Logger LOG = LoggerFactory.getLogger(NarrowCpu.class);

  private NarrowCpu() {}

  static void warnIfSlow(Dtype dtype) {
    if (isSlow(dtype, CpuFlags.ofThisMachine())) {
      LOG.warn(
          "dtype {}: this CPU has none of {}, so float32 is many times faster here; leave dtype out",
          dtype.key(),
          flags(dtype));
    }
  }

  /** Whether a processor of which the flags are known lacks them all. */
  static boolean isSlow(Dtype dtype, Set<String> has) {
    return !has.isEmpty() && flags(dtype).stream().noneMatch(has::contains);
  }

  private static List<String> flags(Dtype dtype) {
    return switch (dtype) {
      case FLOAT32 -> List.of("fpu", "fp");
      case BFLOAT16 -> List.of("avx512_bf16", "amx_bf16", "bf16");
      case FLOAT16 -> List.of("avx512_fp16", "amx_fp16", "asimdhp");
    };
  }
}
