// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleSpec;
import java.util.Set;

/** A module that does nothing but count how often it is closed. */
final class Counting implements Module {
  private final String label;
  int closed;

  Counting(String label) {
    this.label = label;
  }

  @Override
  public String name() {
    return "Counting";
  }

  @Override
  public String settings() {
    return label;
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of();
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of();
  }

  @Override
  public int width(int inputWidth) {
    return inputWidth;
  }

  @Override
  public ModuleSpec spec() {
    return ModuleSpec.of(name());
  }

  @Override
  public Features forward(Features features) {
    return features;
  }

  @Override
  public void close() {
    closed++;
  }
}
