// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the model of the configuration before a task asks for it, once for every GPU of the
 * executor. Tasks that come meanwhile wait for it, as they would for each other. A failure is only
 * logged: the first task fails with it.
 */
final class Preload {
  private static final Logger LOG = LoggerFactory.getLogger(Preload.class);

  private final EmbedderSpec spec;
  private final SparkConf conf;

  private Preload(EmbedderSpec spec, SparkConf conf) {
    this.spec = spec;
    this.conf = conf;
  }

  /**
   * What the configuration asks for.
   *
   * @throws IllegalArgumentException if it asks for a model and names none, or its options are
   *     wrong
   */
  static Optional<Preload> of(SparkConf conf) {
    if (!conf.getBoolean("spark.weft.preload", false)) {
      return Optional.empty();
    }
    String model = conf.get("spark.weft.model", "");
    if (model.isEmpty()) {
      throw new IllegalArgumentException(
          "spark.weft.preload is true, but no model is named; set spark.weft.model");
    }
    EmbedderSpec spec =
        EmbedderSpec.of(model, EmbedFunction.confOptions(name -> conf.get(name, "")));
    return Optional.of(new Preload(spec, conf));
  }

  /** Loads on a thread of its own: Spark waits for plugins before it runs tasks. */
  Thread start(List<String> gpus) {
    Thread thread = new Thread(() -> load(gpus), "weft-preload");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void load(List<String> gpus) {
    List<List<String>> places =
        gpus.isEmpty() ? List.of(List.of()) : gpus.stream().map(List::of).toList();
    for (List<String> place : places) {
      try {
        TaskModel.preload(spec, place, conf).close();
      } catch (RuntimeException | LinkageError e) { // an error would end the executor
        LOG.warn("{} could not be loaded before the first task: {}", spec, e.getMessage());
      }
    }
  }
}
