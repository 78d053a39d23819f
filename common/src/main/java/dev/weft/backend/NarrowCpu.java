// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns where a CPU has no instructions for a type of 16 bits: torch then multiplies number by
 * number, some ten times slower than float32.
 */
final class NarrowCpu {
  private static final Logger LOG = LoggerFactory.getLogger(NarrowCpu.class);

  private static final Path CPU = Path.of("/proc/cpuinfo");

  private NarrowCpu() {}

  static void warnIfSlow(Dtype dtype) {
    try {
      if (Files.isReadable(CPU) && isSlow(dtype, Files.readAllLines(CPU))) {
        LOG.warn(
            "dtype {}: this CPU has none of {}, so float32 is many times faster here; leave dtype"
                + " out",
            dtype.key(),
            flags(dtype));
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be read", CPU, e);
    }
  }

  /** Whether the first core of a {@code cpuinfo}, as Linux writes it, lacks them all. */
  static boolean isSlow(Dtype dtype, List<String> cpuinfo) {
    return cpuinfo.stream()
        .filter(line -> line.matches("(?:flags|Features)\\s*:.*"))
        .findFirst()
        .map(line -> List.of(line.split("\\s+")))
        .filter(has -> flags(dtype).stream().noneMatch(has::contains))
        .isPresent();
  }

  private static List<String> flags(Dtype dtype) {
    return switch (dtype) {
      case FLOAT32 -> List.of("fpu", "fp");
      case BFLOAT16 -> List.of("avx512_bf16", "amx_bf16", "bf16");
      case FLOAT16 -> List.of("avx512_fp16", "amx_fp16", "asimdhp");
    };
  }
}
