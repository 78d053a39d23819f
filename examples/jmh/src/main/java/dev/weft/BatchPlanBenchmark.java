// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.text.Tokens;
import java.util.List;
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

/** A window sorted by length and cut into batches. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the method of @Setup first.
public class BatchPlanBenchmark {
  private static final int BUDGET = 1024;
  private static final int WORKERS = 2;
  private static final int LONGEST = 256;

  /** Rows of a window. */
  @Param({"64", "4096"})
  public int rows;

  private Tokens tokens;

  @Setup
  public void make() {
    Random random = new Random(1);
    Tokens.Builder builder = new Tokens.Builder(rows);
    for (int row = 0; row < rows; row++) {
      builder.add(new long[1 + random.nextInt(LONGEST)]);
    }
    tokens = builder.build();
  }

  @Benchmark
  public List<int[]> cut() {
    return BatchPlan.cut(tokens, BUDGET, WORKERS, row -> true);
  }
}
