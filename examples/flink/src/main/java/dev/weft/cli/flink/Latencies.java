// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import java.util.ArrayList;
import java.util.List;

/**
 * When rows were due and when they came out, in nanoseconds of one clock. What counts is a time
 * that begins with the end of the warm-up. Mutable; for one thread.
 */
final class Latencies {
  /** Rows of several subtasks come out a little out of turn. */
  private static final long MARGIN = 500_000_000;

  private record Times(long due, long out) {}

  private final long warmUp;
  private final long length;
  private final List<Times> rows = new ArrayList<>();

  /**
   * Nothing measured yet.
   *
   * @param warmUp seconds from when the first row came out
   * @param seconds that count, from there on
   */
  Latencies(double warmUp, double seconds) {
    this.warmUp = Math.round(warmUp * 1e9);
    this.length = Math.round(seconds * 1e9);
  }

  void add(long due, long out) {
    rows.add(new Times(due, out));
  }

  /** Whether the last row came out after the time that counts. */
  boolean isOver() {
    return !rows.isEmpty() && rows.get(rows.size() - 1).out - begin() >= length;
  }

  /** Whether all rows that were due in the time that counts have come out. */
  boolean isComplete() {
    return !rows.isEmpty() && rows.get(rows.size() - 1).due - begin() >= length + MARGIN;
  }

  private long begin() {
    return rows.get(0).out + warmUp;
  }

  /** Rows a second that came out in the time that counts. */
  double rate() {
    long out =
        rows.stream().filter(row -> row.out >= begin() && row.out - begin() < length).count();
    return out * 1e9 / length;
  }

  /**
   * A percentile of the time from when a row was due to when it came out, over the rows that were
   * due in the time that counts, whenever they came.
   *
   * @param percent above 0 and at most 100
   * @return the smallest that so many do not exceed, in nanoseconds; NaN without rows
   */
  double percentile(double percent) {
    long[] sorted =
        rows.stream()
            .filter(row -> row.due >= begin() && row.due - begin() < length)
            .mapToLong(row -> row.out - row.due)
            .sorted()
            .toArray();
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.ceil(percent / 100 * sorted.length) - 1];
  }
}
