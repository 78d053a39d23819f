// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.weft.EncodeCounters;
import dev.weft.serve.EmbedderCache;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * For {@code spark.plugins=dev.weft.spark.WeftPlugin}; {@code embed} works without it. On every
 * executor it publishes metrics (named {@code plugin.dev.weft.spark.WeftPlugin.…}), loads {@code
 * spark.weft.model} before the first task where {@code spark.weft.preload} is true, makes the
 * executor's GPUs known to tasks that were assigned none, and closes the models at the end.
 */
public final class WeftPlugin implements SparkPlugin {
  private static volatile List<String> gpus = List.of();

  /** Made by Spark. */
  public WeftPlugin() {}

  /** The GPUs that Spark assigned to the executor of this process. */
  static List<String> gpusOfExecutor() {
    return gpus;
  }

  @Override
  public @Nullable DriverPlugin driverPlugin() {
    return null; // what an interface of Spark says for: none
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new OnExecutor(EmbedderCache.shared());
  }

  private static final class OnExecutor implements ExecutorPlugin {
    private final EmbedderCache cache;

    OnExecutor(EmbedderCache cache) {
      this.cache = cache;
    }

    @Override
    public void init(PluginContext context, Map<String, String> settings) {
      gpus = TaskModel.gpus(context.resources());
      register(context.metricRegistry());
      Preload.of(context.conf()).ifPresent(preload -> preload.start(gpus));
    }

    private void register(MetricRegistry registry) {
      counter(registry, "texts", EncodeCounters::texts);
      counter(registry, "tokens", EncodeCounters::tokens);
      counter(registry, "paddedTokens", EncodeCounters::paddedTokens);
      counter(registry, "batches", EncodeCounters::batches);
      gauge(registry, "models", cache::models);
      gauge(registry, "loads", cache::loads);
      gauge(registry, "loadMillis", () -> cache.loadTime().toMillis());
      gauge(registry, "tasks", cache::leases);
      gauge(registry, "queue", cache::waiting);
    }

    private void counter(
        MetricRegistry registry, String name, ToLongFunction<EncodeCounters> counter) {
      gauge(registry, name, () -> cache.total(counter));
    }

    private static void gauge(MetricRegistry registry, String name, Gauge<Long> gauge) {
      registry.register(name, gauge);
    }

    @Override
    public void shutdown() {
      gpus = List.of();
      cache.closeIdle();
    }
  }
}
