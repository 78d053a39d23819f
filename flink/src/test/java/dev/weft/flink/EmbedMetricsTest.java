// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.EncodeOptions;
import dev.weft.serve.BatchLease;
import dev.weft.serve.BatchTerms;
import dev.weft.serve.Batchers;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.FakeTextEncoder;
import dev.weft.serve.Place;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmbedMetricsTest {
  /** Keeps what is registered, by its name below the parent. */
  private static final class Registry extends UnregisteredMetricsGroup {
    private final String prefix;
    private final Map<String, Metric> metrics;

    private Registry(String prefix, Map<String, Metric> metrics) {
      this.prefix = prefix;
      this.metrics = metrics;
    }

    @Override
    public MetricGroup addGroup(String name) {
      return new Registry(prefix + name + ".", metrics);
    }

    @Override
    public <C extends Counter> C counter(String name, C counter) {
      metrics.put(prefix + name, counter);
      return counter;
    }

    @Override
    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
      metrics.put(prefix + name, gauge);
      return gauge;
    }

    @Override
    public <H extends Histogram> H histogram(String name, H histogram) {
      metrics.put(prefix + name, histogram);
      return histogram;
    }

    @Override
    public String getMetricIdentifier(String name, CharacterFilter filter) {
      return prefix + name;
    }
  }

  private final Map<String, Metric> found = new TreeMap<>();
  private final EmbedMetrics metrics = new EmbedMetrics(new Registry("", found));

  @Test
  void everyFigureHasItsName() throws Exception {
    FakeTextEncoder encoder = new FakeTextEncoder("fake", 1, 64);
    BatchTerms terms = new BatchTerms(1, Duration.ZERO, 10_000);
    try (BatchLease lease =
        new Batchers((spec, place) -> encoder)
            .acquire(EmbedderSpec.of("m", Map.of()), Place.ANY, terms, metrics)) {
      metrics.watch(lease);
      lease.submit("a", EncodeOptions.DEFAULT).get();
      lease.submit("b", EncodeOptions.DEFAULT).get();
      lease.submit("a", EncodeOptions.DEFAULT).get();
      metrics.rowFailed();
      metrics.rowTimedOut();

      assertThat(found.keySet())
          .containsExactly(
              "weft.cacheHits",
              "weft.cacheMisses",
              "weft.modelBatchFill",
              "weft.modelBatches",
              "weft.modelMicros",
              "weft.modelQueue",
              "weft.modelRows",
              "weft.modelRowsPerBatch",
              "weft.modelTokens",
              "weft.modelTruncated",
              "weft.rowMicros",
              "weft.rows",
              "weft.rowsFailed",
              "weft.rowsTimedOut",
              "weft.waitMicros");
      assertThat(gauge("cacheHits")).isEqualTo(1L);
      assertThat(gauge("cacheMisses")).isEqualTo(2L);
      assertThat(gauge("modelBatchFill")).isEqualTo(0.75);
      assertThat(gauge("modelBatches")).isEqualTo(2L);
      assertThat(gauge("modelQueue")).isEqualTo(0);
      assertThat(gauge("modelRows")).isEqualTo(2L);
      assertThat(gauge("modelRowsPerBatch")).isEqualTo(1.0);
      assertThat(gauge("modelTokens")).isEqualTo(6L);
      assertThat(gauge("modelTruncated")).isEqualTo(10L);
      assertThat(count("rows")).isEqualTo(2);
      assertThat(count("rowsFailed")).isEqualTo(1);
      assertThat(count("rowsTimedOut")).isEqualTo(1);
    }
  }

  @Test
  void timesAreInMicroseconds() {
    for (int i = 1; i <= 100; i++) {
      metrics.row(i * 1_000_000L, (101 - i) * 2_000_000L);
    }

    Histogram waited = (Histogram) found.get("weft.waitMicros");
    Histogram ran = (Histogram) found.get("weft.modelMicros");
    assertThat(waited.getCount()).isEqualTo(100);
    assertThat(waited.getStatistics().getQuantile(0.5)).isBetween(50_000.0, 51_000.0);
    assertThat(waited.getStatistics().getQuantile(0.99)).isBetween(99_000.0, 100_000.0);
    assertThat(ran.getStatistics().getMax()).isEqualTo(200_000);
    Histogram row = (Histogram) found.get("weft.rowMicros");
    assertThat(row.getCount()).isEqualTo(100);
    assertThat(row.getStatistics().getMin()).isEqualTo(102_000);
    assertThat(row.getStatistics().getMax()).isEqualTo(201_000);
  }

  private Object gauge(String name) {
    return ((Gauge<?>) found.get("weft." + name)).getValue();
  }

  private long count(String name) {
    return ((Counter) found.get("weft." + name)).getCount();
  }
}
