// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import ai.djl.ndarray.NDArray;
import dev.weft.config.ModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The modules that run for one task, checked: the first takes text, each finds the features it
 * needs and vectors of the width it expects, and a sentence embedding comes out. Immutable.
 */
final class Chain {
  /** Tensors that hold something else than vectors. */
  private static final Set<Key<NDArray>> NO_VECTORS =
      Set.of(Features.INPUT_IDS, Features.OFFSETS, Features.TOKEN_WEIGHTS_SUM);

  private final List<Module> modules;
  private final InputModule input;
  private final List<Pipeline.Step> steps = new ArrayList<>();
  private final int dimension;

  /**
   * Checks the chain.
   *
   * @param modules at least one
   * @throws ModelException naming the module that does not fit and what it lacks
   */
  Chain(List<Module> modules) {
    if (modules.isEmpty()) {
      throw new ModelException("a pipeline needs at least one module");
    }
    this.modules = List.copyOf(modules);
    if (!(modules.get(0) instanceof InputModule first)) {
      throw new ModelException(
          label(0)
              + " cannot be the first module: it does not take text; start with a Transformer,"
              + " StaticEmbedding, WordEmbeddings or BoW");
    }
    this.input = first;
    this.dimension = check();
  }

  private int check() {
    Set<Key<?>> produced = new LinkedHashSet<>();
    Map<Key<?>, Integer> widths = new HashMap<>();
    for (int i = 0; i < modules.size(); i++) {
      Module module = modules.get(i);
      Set<Key<?>> missing = new HashSet<>(module.needs());
      missing.removeAll(produced);
      if (i > 0 && !missing.isEmpty()) {
        throw new ModelException(
            label(i) + " needs " + missing + ", but the modules before it produce " + produced);
      }
      produced.addAll(module.adds());
      int width = width(i, widths);
      steps.add(new Pipeline.Step(module, width));
      module.adds().stream().filter(Chain::isVectors).forEach(key -> widths.put(key, width));
    }
    Integer dimension = widths.get(Features.SENTENCE_EMBEDDING);
    if (dimension == null) {
      throw new ModelException(
          "the pipeline ends without "
              + Features.SENTENCE_EMBEDDING
              + ": it produces "
              + produced
              + "; add a Pooling module");
    }
    return dimension;
  }

  private int width(int index, Map<Key<?>, Integer> widths) {
    Module module = modules.get(index);
    int inputWidth =
        module.needs().stream().filter(widths::containsKey).findFirst().map(widths::get).orElse(0);
    try {
      return module.width(inputWidth);
    } catch (ModelException e) {
      throw new ModelException(label(index) + " " + e.getMessage(), e);
    }
  }

  private static boolean isVectors(Key<?> key) {
    return key.type() == NDArray.class && !NO_VECTORS.contains(key);
  }

  InputModule input() {
    return input;
  }

  List<Pipeline.Step> steps() {
    return Collections.unmodifiableList(steps);
  }

  int dimension() {
    return dimension;
  }

  /** Runs the modules on what {@link #input} made of a batch. */
  Features forward(Features features) {
    Features now = features;
    for (int i = 0; i < modules.size(); i++) {
      try {
        now = modules.get(i).forward(now);
      } catch (RuntimeException e) {
        throw new EncodeException("while running " + label(i) + ": " + e.getMessage(), e);
      }
    }
    return now;
  }

  private String label(int index) {
    return "module " + index + " (" + modules.get(index).name() + ")";
  }
}
