// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.text.Tokens;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPlanTest {
  private static Tokens tokens(int... lengths) {
    Tokens.Builder builder = new Tokens.Builder(lengths.length);
    Arrays.stream(lengths).forEach(length -> builder.add(new long[length]));
    return builder.build();
  }

  private static int[] equal(int rows, int length) {
    return IntStream.generate(() -> length).limit(rows).toArray();
  }

  private static int[] sizes(List<int[]> batches) {
    return batches.stream().mapToInt(batch -> batch.length).toArray();
  }

  @ParameterizedTest(name = "{0} rows of {1} tokens, budget {2}, {3} workers: {4}")
  @CsvSource({
    "12, 10, 40, 1, 4 4 4",
    "12, 10, 40, 2, 3 3 3 3",
    "10, 170, 512, 2, 3 3 2 2",
    "9, 10, 40, 4, 3 2 2 2",
    // A quarter of the budget is the least.
    "4, 10, 40, 2, 2 2",
    "4, 10, 80, 2, 2 2",
    "4, 10, 81, 2, 4",
    "4, 10, 100, 4, 4",
    // A row is never cut.
    "1, 300, 100, 2, 1",
    "3, 300, 100, 2, 1 1 1",
    "3, 0, 1, 2, 1 1 1",
  })
  void workersShareEvenly(int rows, int length, int budget, int workers, String expected) {
    List<int[]> batches = BatchPlan.cut(tokens(equal(rows, length)), budget, workers, row -> true);

    assertThat(Arrays.toString(sizes(batches)).replaceAll("[\\[\\],]", "")).isEqualTo(expected);
  }

  @Test
  void longTextsComeFirstAndKeepTheirOrder() {
    List<int[]> batches = BatchPlan.cut(tokens(3, 9, 0, 9, 5, 1), 18, 1, row -> row != 4);

    assertThat(batches).containsExactly(new int[] {1, 3}, new int[] {0, 5, 2});
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyRowIsInOneBatchOfTheBudget(int workers) {
    Random random = new Random(workers);
    for (int trial = 0; trial < 300; trial++) {
      int rows = random.nextInt(200);
      int longest = 1 + random.nextInt(300);
      int budget = 1 + random.nextInt(1200);
      int[] lengths = IntStream.generate(() -> random.nextInt(longest)).limit(rows).toArray();

      List<int[]> batches = BatchPlan.cut(tokens(lengths), budget, workers, row -> true);

      assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted())
          .containsExactlyElementsOf(IntStream.range(0, rows).boxed().toList());
      for (int[] batch : batches) {
        int width = Math.max(1, lengths[batch[0]]);
        assertThat(batch.length == 1 || batch.length * width <= budget).isTrue();
      }
      int fewest = BatchPlan.cut(tokens(lengths), budget, 1, row -> true).size();
      assertThat(batches.size()).isBetween(fewest, fewest + workers - 1);
    }
  }
}
