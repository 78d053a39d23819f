// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this machine's processor can do, in the words of Linux. */
final class CpuFlags {
  private static final Logger LOG = LoggerFactory.getLogger(CpuFlags.class);

  private static final Path CPU = Path.of("/proc/cpuinfo");

  private CpuFlags() {}

  /** Those of the first core; none where the system does not say. */
  static Set<String> ofThisMachine() {
    try {
      return Files.isReadable(CPU) ? of(Files.readAllLines(CPU)) : Set.of();
    } catch (IOException e) {
      LOG.debug("{} cannot be read", CPU, e);
      return Set.of();
    }
  }

  /** Those of the first core of a {@code cpuinfo}. */
  static Set<String> of(List<String> cpuinfo) {
    return cpuinfo.stream()
        .filter(line -> line.matches("(?:flags|Features)\\s*:.*"))
        .findFirst()
        .map(line -> Set.copyOf(Arrays.asList(line.split("\\s+"))))
        .orElse(Set.of());
  }

  /**
   * Numbers of float32 in a register that torch's kernels use; zero if they use none known here.
   */
  static int lanes(Set<String> flags) {
    if (flags.contains("avx512bw") && flags.contains("avx512dq")) {
      return 16;
    }
    return flags.contains("avx2") ? 8 : 0;
  }
}
