// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** The architectures Weft can run, by the {@code model_type} of a Hugging Face configuration. */
public final class Encoders {
  private static final Map<String, BiFunction<Json, Weights, Encoder>> KNOWN =
      new TreeMap<>(
          Map.of("bert", (config, weights) -> BertEncoder.load(BertConfig.parse(config), weights)));

  private Encoders() {}

  /**
   * Reads an architecture with its weights.
   *
   * @param config the Hugging Face {@code config.json}
   * @param weights its tensors, with or without the architecture's own prefix
   * @throws ModelException if the type is unknown, naming the known ones
   */
  public static Encoder load(Json config, Weights weights) {
    String type = config.string("model_type");
    BiFunction<Json, Weights, Encoder> load = KNOWN.get(type);
    if (load == null) {
      throw new ModelException(
          config.file()
              + ": model_type \""
              + type
              + "\" is not known; known: "
              + KNOWN.keySet()
              + ". Choose a model of one of these types");
    }
    return load.apply(config, weights);
  }
}
