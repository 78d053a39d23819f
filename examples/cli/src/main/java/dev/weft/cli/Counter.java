// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.util.Locale;

/** Shows on a terminal, if the launcher saw one, how many rows are done and how fast. */
final class Counter {
  private static final long PAUSE = 200_000_000;

  private final long start = System.nanoTime();
  private final boolean visible = Boolean.getBoolean("weft.terminal");
  private long shown = start;
  private long rows;

  void add() {
    rows++;
    if (visible && System.nanoTime() - shown >= PAUSE) {
      show();
    }
  }

  private void show() {
    shown = System.nanoTime();
    System.err.printf(
        Locale.ROOT, "\r%d rows, %.0f a second ", rows, rows / ((shown - start) / 1e9));
  }

  void end() {
    if (visible && rows > 0) {
      show();
      System.err.println();
    }
  }
}
