// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * The threads of batchers that a test started. Those of tests before may be there as well: a model
 * of a query stays for a minute.
 */
final class BatcherThreads {
  private final Set<Thread> before = all();

  /** Those that run, but for those that ran when this was made. */
  Set<Thread> running() {
    Set<Thread> now = all();
    now.removeAll(before);
    return now;
  }

  private static Set<Thread> all() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("weft-batcher"))
        .collect(Collectors.toSet());
  }
}
