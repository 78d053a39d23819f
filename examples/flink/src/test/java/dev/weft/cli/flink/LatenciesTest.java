// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenciesTest {
  private static final long MILLIS = 1_000_000;
  private static final long START = 7_000 * MILLIS;

  private static void add(Latencies latencies, long dueMillis, long latencyMillis) {
    latencies.add(START + dueMillis * MILLIS, START + (dueMillis + latencyMillis) * MILLIS);
  }

  @Test
  void countsWhatIsDueInTheTimeHoweverLateItComes() {
    Latencies latencies = new Latencies(1, 2);
    add(latencies, -5, 5);
    add(latencies, 0, 900); // Warm-up.
    for (int i = 1; i <= 100; i++) {
      add(latencies, 980 + 20 * i, i);
    }
    add(latencies, 2_990, 5_000);
    assertThat(latencies.isComplete()).isFalse();
    add(latencies, 3_000, 9_000); // After it.
    assertThat(latencies.isComplete()).isFalse();
    add(latencies, 3_500, 0);
    assertThat(latencies.isComplete()).isTrue();

    assertThat(latencies.percentile(50)).isEqualTo(51.0 * MILLIS);
    assertThat(latencies.percentile(99)).isEqualTo(100.0 * MILLIS);
    assertThat(latencies.percentile(100)).isEqualTo(5_000.0 * MILLIS);
  }

  @Test
  void theRateIsOfRowsThatComeOutInTheTime() {
    Latencies latencies = new Latencies(1, 2);
    add(latencies, -5, 5);
    add(latencies, 1, 998);
    add(latencies, 1, 999);
    add(latencies, 2, 2_997);
    assertThat(latencies.isOver()).isFalse();
    add(latencies, 3, 2_997);

    assertThat(latencies.rate()).isEqualTo(1);
    assertThat(latencies.isOver()).isTrue();
  }

  @Test
  void withoutRowsThereIsNoPercentile() {
    Latencies latencies = new Latencies(0, 1);
    assertThat(latencies.percentile(99)).isNaN();
    assertThat(latencies.isOver()).isFalse();
  }
}
