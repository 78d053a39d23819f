// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The ids of a batch made ready for the engine: rows chosen, and padded to the longest. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the method of @Setup first.
public class TokensBenchmark {
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
