// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.text.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;

/**
 * Cuts the texts of a window into batches: sorted by their number of tokens, longest first, each
 * batch as many rows as fit the token budget. Neighbours in that order have nearly the same length,
 * so next to nothing is padding, and the slowest batches start first.
 *
 * <p>Where several workers share the batches, there are as many for each and they are about equal:
 * of three batches for two workers, one worker would only watch the third. But a batch is never
 * made smaller than a quarter of the budget for that, as small ones cost more a token.
 */
final class BatchPlan {
  private static final int LEAST_SHARE = 4;

  private BatchPlan() {}

  /**
   * Rows of each batch; every row that is wanted is in exactly one, and a row above the budget is
   * alone.
   */
  static List<int[]> cut(Tokens tokens, int budget, int workers, IntPredicate wanted) {
    int[] order = longestFirst(tokens, wanted);
    List<int[]> full = cut(tokens, order, budget, 1);
    long most = total(tokens, order) * LEAST_SHARE / budget;
    int even = (full.size() + workers - 1) / workers * workers;
    int parts = (int) Math.max(full.size(), Math.min(even, most));
    List<int[]> equal = cut(tokens, order, budget, parts);
    return equal.size() > parts ? full : equal;
  }

  /** Each batch has its part of the tokens that are left, unless the budget holds less. */
  private static List<int[]> cut(Tokens tokens, int[] order, int budget, int parts) {
    List<int[]> batches = new ArrayList<>();
    long left = total(tokens, order);
    int start = 0;
    while (start < order.length) {
      long share = Math.max(1, left / Math.max(1, parts - batches.size()));
      int most = Math.max(1, budget / weight(tokens, order[start]));
      long taken = 0;
      int end = start;
      while (end < order.length && end - start < most && taken < share) {
        taken += weight(tokens, order[end++]);
      }
      batches.add(Arrays.copyOfRange(order, start, end));
      left -= taken;
      start = end;
    }
    return batches;
  }

  private static long total(Tokens tokens, int[] rows) {
    return Arrays.stream(rows).mapToLong(row -> weight(tokens, row)).sum();
  }

  /** An empty text takes a place too. */
  private static int weight(Tokens tokens, int row) {
    return Math.max(1, tokens.length(row));
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
