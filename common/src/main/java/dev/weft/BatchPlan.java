// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.text.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;

/**
 * Cuts the texts of a window into batches: sorted by their number of tokens, longest first, each
 * batch as many rows as fit the token budget. Neighbours in that order have nearly the same length,
 * so next to nothing is padding, and the slowest batches start first.
 */
final class BatchPlan {
  private BatchPlan() {}

  /**
   * Rows of each batch; every row that is wanted is in exactly one, and a row above the budget is
   * alone.
   */
  static List<int[]> cut(Tokens tokens, int budget, IntPredicate wanted) {
    int[] order = longestFirst(tokens, wanted);
    List<int[]> batches = new ArrayList<>();
    int start = 0;
    while (start < order.length) {
      int width = Math.max(1, tokens.length(order[start]));
      int rows = Math.max(1, Math.min(budget / width, order.length - start));
      int[] batch = new int[rows];
      System.arraycopy(order, start, batch, 0, rows);
      batches.add(batch);
      start += rows;
    }
    return batches;
  }

  /** Row numbers by length; equal lengths keep their order, so a run can be repeated. */
  private static int[] longestFirst(Tokens tokens, IntPredicate wanted) {
    return LongStream.range(0, tokens.rows())
        .filter(row -> wanted.test((int) row))
        .map(row -> ((long) (Integer.MAX_VALUE - tokens.length((int) row)) << 32) | row)
        .sorted()
        .mapToInt(packed -> (int) packed)
        .toArray();
  }
}
