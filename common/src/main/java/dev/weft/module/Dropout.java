// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import java.util.Set;

/**
 * Drops components of the sentence embedding while a model is trained, and hands it on as it is
 * when texts are encoded. Keeps its rate for saving. Follows the reference's {@code
 * sentence_transformer/modules/dropout.py}.
 */
public final class Dropout implements Module {
  private static final String CONFIG = "config.json";

  /** {@code dropout} where a configuration is silent. */
  public static final double DEFAULT = 0.2;

  private final double rate;

  /**
   * Keeps a rate.
   *
   * @param rate the probability that a component is dropped, from 0 to 1
   */
  public Dropout(double rate) {
    Checkpoint.probability("dropout", rate);
    this.rate = rate;
  }

  /** Reads {@code config.json}; without the file the rate is the default. */
  public static Dropout load(ModuleDir dir) {
    Json config = dir.findConfig(CONFIG).orElseGet(() -> Json.empty(dir.label(CONFIG)));
    return Checkpoint.config(
        config,
        Set.of("dropout"),
        arguments -> new Dropout(arguments.findNumber("dropout").orElse(DEFAULT)));
  }

  @Override
  public String name() {
    return "Dropout";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.SENTENCE_EMBEDDING);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.SENTENCE_EMBEDDING);
  }

  @Override
  public int width(int inputWidth) {
    return inputWidth;
  }

  @Override
  public String settings() {
    return "dropout=" + rate;
  }

  @Override
  public ModuleSpec spec() {
    return ModuleSpec.of(name()).withText(CONFIG, new JsonText().with("dropout", rate).print());
  }

  @Override
  public Features forward(Features features) {
    return features.with(Features.SENTENCE_EMBEDDING, features.get(Features.SENTENCE_EMBEDDING));
  }
}
