// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.util.Locale;

/** Shows on a terminal, if the launcher saw one, how many rows are done and how fast. */
final class Counter {
  private final long start = System.nanoTime();
  private final boolean visible = Boolean.getBoolean("weft.terminal");
  private long rows;

  void add(int more) {
    rows += more;
    if (visible) {
      double seconds = (System.nanoTime() - start) / 1e9;
      System.err.printf(Locale.ROOT, "\r%d rows, %.0f a second ", rows, rows / seconds);
    }
  }

  void end() {
    if (visible && rows > 0) {
      System.err.println();
    }
  }
}
