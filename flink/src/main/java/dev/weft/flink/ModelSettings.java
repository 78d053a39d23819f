// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.flink.BatchOptions.OnError;
import dev.weft.serve.EmbedderSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.config.MLPredictRuntimeConfigOptions;

/**
 * The options of a model in SQL: those of {@link EmbedderSpec} under their names, and how its rows
 * are gathered. They stand in {@code CREATE MODEL … WITH}, and a query's {@code MAP} may have
 * others.
 */
record ModelSettings(EmbedderSpec spec, BatchOptions options) {
  static final ConfigOption<String> MODEL =
      ConfigOptions.key("model").stringType().noDefaultValue();

  private static final ConfigOption<Duration> LINGER =
      ConfigOptions.key("linger").durationType().defaultValue(BatchOptions.DEFAULT.linger());

  private static final ConfigOption<OnError> ON_ERROR =
      ConfigOptions.key("onError").enumType(OnError.class).defaultValue(OnError.FAIL);

  private static final ConfigOption<MemorySize> CACHE =
      ConfigOptions.key("cacheBytes").memoryType().defaultValue(MemorySize.ZERO);

  /** What {@code WITH} calls {@code provider} is Flink's, so ONNX Runtime's needs another name. */
  private static final String PROVIDER = "provider";

  private static final String EXECUTION_PROVIDER = "executionProvider";

  /** Every option but the model. */
  static Set<ConfigOption<?>> all() {
    Set<ConfigOption<?>> all = new LinkedHashSet<>(Set.of(LINGER, ON_ERROR, CACHE));
    for (String name : specOptions()) {
      all.add(ofSpec(name));
    }
    return all;
  }

  /** What becomes of failures is Flink's business, so it has its own words for that. */
  private static Set<String> specOptions() {
    Set<String> names = new TreeSet<>(EmbedderSpec.options());
    names.remove(ON_ERROR.key());
    return names;
  }

  private static ConfigOption<String> ofSpec(String name) {
    String key = name.equals(PROVIDER) ? EXECUTION_PROVIDER : name;
    return ConfigOptions.key(key).stringType().noDefaultValue();
  }

  /**
   * Those of a model.
   *
   * @param name the model's in SQL, for messages
   * @throws ValidationException if one cannot be read
   */
  static ModelSettings of(String name, String model, ReadableConfig with) {
    return read(
        name,
        () -> new ModelSettings(EmbedderSpec.of(model, Map.of()), BatchOptions.DEFAULT),
        with);
  }

  /**
   * These with those of a query on top.
   *
   * @throws ValidationException if one is not known or cannot be read
   */
  ModelSettings of(String name, ReadableConfig query) {
    Set<String> known = new TreeSet<>();
    all().forEach(option -> known.add(option.key()));
    MLPredictRuntimeConfigOptions.getSupportedOptions().forEach(option -> known.add(option.key()));
    for (String key : query.toMap().keySet()) {
      if (!known.contains(key)) {
        throw new ValidationException(
            "model " + name + ": ML_PREDICT's MAP has option \"" + key + "\"; known: " + known);
      }
    }
    return read(name, () -> this, query);
  }

  private static ModelSettings read(
      String name, Supplier<ModelSettings> base, ReadableConfig config) {
    try {
      ModelSettings under = base.get();
      BatchOptions options = under.options;
      Map<String, String> ofSpec = new LinkedHashMap<>();
      for (String option : specOptions()) {
        config.getOptional(ofSpec(option)).ifPresent(value -> ofSpec.put(option, value));
      }
      options = options.withLinger(config.getOptional(LINGER).orElse(options.linger()));
      options = options.withOnError(config.getOptional(ON_ERROR).orElse(options.onError()));
      Optional<Long> cache = config.getOptional(CACHE).map(MemorySize::getBytes);
      options = options.withCacheBytes(cache.orElse(options.cacheBytes()));
      if (options.onError() == OnError.SIDE_OUTPUT) {
        throw new IllegalArgumentException("onError must be FAIL or NULL: SQL has no side output");
      }
      return new ModelSettings(under.spec.withOptions(ofSpec), options);
    } catch (IllegalArgumentException e) {
      throw new ValidationException("model " + name + ": " + e.getMessage(), e);
    }
  }

  ModelSettings withLinger(Duration linger) {
    return new ModelSettings(spec, options.withLinger(linger));
  }

  EmbedPlan<String> plan(int capacity, int cores, LeaseSource source) {
    return new EmbedPlan<>(
        spec, text -> text, TaskSelector.ofSpec(), options.withCapacity(capacity), cores, source);
  }
}
