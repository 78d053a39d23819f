// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import java.util.Set;

/**
 * Scales every vector to length one: x / max(‖x‖₂, 1e-12), so a zero vector stays zero. Works on
 * the last axis of any feature. Follows the reference's {@code base/modules/normalize.py}; its
 * folder is often absent, which means the defaults.
 */
public final class Normalize implements Module {
  private static final float EPSILON = 1e-12f;

  private final Mapping mapping;

  /** Normalizes the sentence embedding. */
  public Normalize() {
    this(Mapping.SENTENCE);
  }

  /** Normalizes one feature into another, or into itself. */
  public Normalize(Mapping mapping) {
    this.mapping = mapping;
  }

  /** Reads {@code config.json} where there is one. */
  public static Normalize load(ModuleDir dir) {
    return new Normalize(
        Mapping.parse(dir.findConfig("config.json").orElseGet(() -> Json.empty("config.json"))));
  }

  @Override
  public String name() {
    return "Normalize";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(mapping.input());
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(mapping.output());
  }

  @Override
  public int width(int inputWidth) {
    return inputWidth;
  }

  @Override
  public String settings() {
    return mapping.toString();
  }

  @Override
  public ModuleSpec spec() {
    // Releases before 6.0 read no file here, and none is the usual sight.
    ModuleSpec spec = ModuleSpec.of(name());
    return mapping.equals(Mapping.SENTENCE)
        ? spec
        : spec.withText("config.json", mapping.write(new JsonText()).print());
  }

  @Override
  public Features forward(Features features) {
    return features.with(mapping.output(), normalize(features.get(mapping.input())));
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
