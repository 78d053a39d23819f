// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.store.HubProgress;
import java.util.Locale;

/** Shows on a terminal, if the launcher saw one, how much of a model has come. */
final class Download implements HubProgress {
  private static final long PAUSE = 200_000_000;

  private final boolean visible = Boolean.getBoolean("weft.terminal");
  private long shown = System.nanoTime() - PAUSE;
  private boolean started;

  @Override
  public void update(String model, long done, long total) {
    long now = System.nanoTime();
    if (visible && (now - shown >= PAUSE || done == total)) {
      shown = now;
      started = true;
      System.err.print("\r" + line(model, done, total));
    }
  }

  static String line(String model, long done, long total) {
    String of = total > 0 ? String.format(Locale.ROOT, " of %.1f", total / 1e6) : "";
    return String.format(Locale.ROOT, "fetching %s: %.1f%s MB ", model, done / 1e6, of);
  }

  void end() {
    if (started) {
      System.err.println();
    }
  }
}
