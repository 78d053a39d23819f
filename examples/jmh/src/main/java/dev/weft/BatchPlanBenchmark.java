// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.text.Tokens;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A window sorted by length and cut into batches. */
@SuppressWarnings("NullAway.Init") // JMH calls the method of @Setup first.
public class BatchPlanBenchmark extends Microbenchmark {
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
