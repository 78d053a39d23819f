// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.catalyst.ScalaCollections;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.metrics.source.Source;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WeftPluginTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String SOURCE = "plugin." + WeftPlugin.class.getName();

  private static Map<String, Long> read(MetricRegistry registry) {
    Map<String, Long> values = new HashMap<>();
    for (Map.Entry<String, Gauge> gauge : registry.getGauges().entrySet()) {
      values.put(gauge.getKey(), (Long) gauge.getValue().getValue());
    }
    return values;
  }

  private static Map<String, Long> read() {
    List<Source> sources =
        ScalaCollections.list(SparkEnv.get().metricsSystem().getSourcesByName(SOURCE));
    assertThat(sources).hasSize(1);
    return read(sources.get(0).metricRegistry());
  }

  @Test
  void whatTheModelsDidIsInTheMetricsOfTheExecutor() {
    Map<String, Long> before = read();
    assertThat(before)
        .containsOnlyKeys(
            "texts",
            "tokens",
            "paddedTokens",
            "batches",
            "models",
            "loads",
            "loadMillis",
            "tasks",
            "queue");

    // Another number of batch tokens is another model, so this one is not loaded yet.
    Numbered.check(
        Numbered.rows(LOCAL.spark(), 110, 2)
            .withColumn("emb", embed(col("text"), Numbered.MODEL, Map.of("batchTokens", "77")))
            .collectAsList(),
        110);

    Map<String, Long> after = read();
    assertThat(after.get("texts") - before.get("texts"))
        .as("100 have a text; the empty ones of a partition are encoded once")
        .isEqualTo(90);
    assertThat(after.get("loads") - before.get("loads")).isEqualTo(1);
    assertThat(after.get("models") - before.get("models")).isEqualTo(1);
    assertThat(after.get("tokens") - before.get("tokens")).isGreaterThan(2 * 100);
    assertThat(after.get("paddedTokens") - before.get("paddedTokens"))
        .isGreaterThanOrEqualTo(after.get("tokens") - before.get("tokens"));
    assertThat(after.get("batches") - before.get("batches")).isBetween(5L, 100L);
    assertThat(after.get("loadMillis")).isGreaterThanOrEqualTo(before.get("loadMillis"));
    assertThat(after).containsEntry("tasks", 0L).containsEntry("queue", 0L);
  }

  @Test
  void theExecutorsGpusAreKnownUntilItEndsAndIdleModelsAreClosed() throws IOException {
    EmbedderSpec spec = EmbedderSpec.of(Numbered.MODEL, Map.of("batchTokens", "78"));
    EmbedderCache.Lease lease = EmbedderCache.shared().acquire(spec);
    lease.close();
    ExecutorPlugin plugin = new WeftPlugin().executorPlugin();
    String[] addresses = {"4", "6"};

    plugin.init(
        context(new SparkConf(false), Map.of("gpu", new ResourceInformation("gpu", addresses))),
        Map.of());
    assertThat(WeftPlugin.gpusOfExecutor()).containsExactly("4", "6");
    assertThat(lease.embedder().encode(List.of("open"))).hasNumberOfRows(1);

    plugin.shutdown();
    assertThat(WeftPlugin.gpusOfExecutor()).isEmpty();
    assertThatThrownBy(() -> lease.embedder().encode(List.of("closed")))
        .hasMessage("the embedder is closed");
  }

  /** Spark's own cannot be made outside it. */
  private static PluginContext context(SparkConf conf, Map<String, ResourceInformation> resources) {
    MetricRegistry registry = new MetricRegistry();
    return (PluginContext)
        Proxy.newProxyInstance(
            PluginContext.class.getClassLoader(),
            new Class<?>[] {PluginContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "conf" -> conf;
                  case "resources" -> resources;
                  case "metricRegistry" -> registry;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @Test
  void theModelIsLoadedBeforeTheFirstTask() throws Exception {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.weft.preload", "true")
            .set("spark.weft.model", Numbered.MODEL)
            .set("spark.weft.batchTokens", "79");
    long loads = EmbedderCache.shared().loads();

    Preload.of(conf).orElseThrow().start(List.of()).join();
    assertThat(EmbedderCache.shared().loads() - loads).isEqualTo(1);

    LOCAL.spark().conf().set("spark.weft.model", Numbered.MODEL);
    LOCAL.spark().conf().set("spark.weft.batchTokens", "79");
    try {
      Numbered.check(
          Numbered.rows(LOCAL.spark(), 50, 2).withColumn("emb", embed(col("text"))).collectAsList(),
          50);
    } finally {
      LOCAL.spark().conf().unset("spark.weft.model");
      LOCAL.spark().conf().unset("spark.weft.batchTokens");
    }
    assertThat(EmbedderCache.shared().loads() - loads).as("the query has found it").isEqualTo(1);
  }

  /** As where a jar is missing that a file system needs. Public, as Hadoop makes it. */
  public static final class UnlinkedFileSystem extends FilterFileSystem {
    @Override
    public void initialize(URI name, Configuration conf) {
      throw new NoClassDefFoundError("a jar that is not there");
    }
  }

  @Test
  void anErrorWhileAModelIsLoadedIsLeftToTheFirstTask() throws Exception {
    String scheme = "spark.hadoop.fs.unlinked.impl";
    SparkConf conf =
        new SparkConf(false)
            .set("spark.weft.preload", "true")
            .set("spark.weft.model", "unlinked:/model");
    List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    SparkEnv.get().conf().set(scheme, UnlinkedFileSystem.class.getName());
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.add(error));
    try {
      Preload.of(conf).orElseThrow().start(List.of()).join();
      assertThat(uncaught).as("what would end an executor").isEmpty();
      assertThatThrownBy(
              () ->
                  LOCAL.spark().range(1).select(embed(lit("a"), "unlinked:/model")).collectAsList())
          .hasStackTraceContaining("a jar that is not there");
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
      SparkEnv.get().conf().remove(scheme);
    }
  }

  @Test
  void withoutTheSettingNothingIsLoadedAndWithoutAModelItIsRefused() {
    assertThat(Preload.of(new SparkConf(false).set("spark.weft.model", Numbered.MODEL))).isEmpty();
    assertThatThrownBy(() -> Preload.of(new SparkConf(false).set("spark.weft.preload", "true")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("spark.weft.preload is true, but no model is named; set spark.weft.model");
  }
}
