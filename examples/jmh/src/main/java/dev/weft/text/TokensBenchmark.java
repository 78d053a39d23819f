// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import dev.weft.Microbenchmark;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** The ids of a batch made ready for the engine: rows chosen, and padded to the longest. */
@SuppressWarnings("NullAway.Init") // JMH calls the method of @Setup first.
public class TokensBenchmark extends Microbenchmark {
  private static final int VOCABULARY = 30_522;

  /** Rows of a batch. */
  @Param({"16", "256"})
  public int rows;

  /** Tokens of the longest row; the shortest has half as many. */
  @Param({"16", "128"})
  public int width;

  private Tokens tokens;
  private AttentionMask mask;
  private int[] chosen;

  @Setup
  public void make() {
    Random random = new Random(1);
    Tokens.Builder builder = new Tokens.Builder(rows);
    chosen = new int[rows];
    for (int row = 0; row < rows; row++) {
      int length = width / 2 + random.nextInt(width / 2 + 1);
      builder.add(random.longs(length, 0, VOCABULARY).toArray());
      chosen[row] = rows - 1 - row;
    }
    tokens = builder.build();
    mask = tokens.mask(PaddingSide.RIGHT);
  }

  @Benchmark
  public Tokens select() {
    return tokens.select(chosen);
  }

  @Benchmark
  public long[] padded() {
    return tokens.padded(mask, 0);
  }
}
