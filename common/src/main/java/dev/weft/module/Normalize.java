// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Json;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import java.util.Set;

/**
 * Scales every vector to length one: x / max(‖x‖₂, 1e-12), so a zero vector stays zero. Works on
 * the last axis of any feature. Follows the reference's {@code base/modules/normalize.py}; its
 * folder is often absent, which means the defaults.
 */
public final class Normalize implements Module {
  private static final float EPSILON = 1e-12f;

  private final Key<NDArray> input;
  private final Key<NDArray> output;

  /** Normalizes the sentence embedding. */
  public Normalize() {
    this(Features.SENTENCE_EMBEDDING, Features.SENTENCE_EMBEDDING);
  }

  /** Normalizes one feature into another, or into itself. */
  public Normalize(Key<NDArray> input, Key<NDArray> output) {
    this.input = input;
    this.output = output;
  }

  /** Reads {@code config.json} where there is one. */
  public static Normalize load(ModuleDir dir) {
    Json config = dir.findConfig("config.json").orElseGet(() -> Json.empty("config.json"));
    Key<NDArray> input =
        config.findString("module_input_name").map(Key::tensor).orElse(Features.SENTENCE_EMBEDDING);
    return new Normalize(
        input, config.findString("module_output_name").map(Key::tensor).orElse(input));
  }

  @Override
  public String name() {
    return "Normalize";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(input);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(output);
  }

  @Override
  public int width(int inputWidth) {
    return inputWidth;
  }

  @Override
  public String settings() {
    return input.equals(output) ? input.name() : input + " -> " + output;
  }

  @Override
  public Features forward(Features features) {
    return features.with(output, normalize(features.get(input)));
  }

  /** The rows of the last axis, each at length one; a new array of the same manager. */
  public static NDArray normalize(NDArray x) {
    int last = x.getShape().dimension() - 1;
    try (NDArray norms = x.norm(new int[] {last}, true);
        NDArray clamped = norms.maximum(EPSILON)) {
      return x.div(clamped);
    }
  }
}
