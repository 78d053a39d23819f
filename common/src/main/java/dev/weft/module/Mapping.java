// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;

/**
 * Which feature a module reads and which it writes: {@code module_input_name} and {@code
 * module_output_name} of a configuration, since 5.4. Both are the sentence embedding where a
 * configuration is silent; the output is the input where only that is named.
 *
 * @param input the feature read, its vectors on the last axis
 * @param output the feature written
 */
public record Mapping(Key<NDArray> input, Key<NDArray> output) {
  /** From the sentence embedding to itself. */
  public static final Mapping SENTENCE = to(Features.SENTENCE_EMBEDDING);

  /** From the token embeddings to themselves. */
  public static final Mapping TOKENS = to(Features.TOKEN_EMBEDDINGS);

  private static Mapping to(Key<NDArray> key) {
    return new Mapping(key, key);
  }

  static Mapping parse(Json config) {
    Key<NDArray> input =
        config.findString("module_input_name").map(Key::tensor).orElse(Features.SENTENCE_EMBEDDING);
    return new Mapping(
        input, config.findString("module_output_name").map(Key::tensor).orElse(input));
  }

  /** Older releases refuse keys they do not know, so what is a default is not written. */
  JsonText write(JsonText config) {
    if (equals(SENTENCE)) {
      return config;
    }
    return config.with("module_input_name", input.name()).with("module_output_name", output.name());
  }

  @Override
  public String toString() {
    return input.equals(output) ? input.name() : input + " -> " + output;
  }
}
