// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.io.PrintStream;
import java.util.Locale;

/** Told from time to time how far a long call has come, by any worker thread, one at a time. */
public interface Progress {
  /** Says nothing. */
  Progress NONE = (done, total) -> {};

  /** {@code done} of {@code total} texts have their vector. */
  void update(long done, long total);

  /** A line on a terminal that is written over, at most five times a second. */
  static Progress line(PrintStream out) {
    long start = System.nanoTime();
    return new Progress() {
      private long last = start;

      @Override
      public void update(long done, long total) {
        long now = System.nanoTime();
        if (now - last < 200_000_000L && done < total) {
          return;
        }
        last = now;
        double rate = done / Math.max(1e-9, (now - start) / 1e9);
        out.printf(Locale.ROOT, "\r%d / %d texts, %.0f a second ", done, total, rate);
        if (done >= total) {
          out.println();
        }
        out.flush();
      }
    };
  }
}
