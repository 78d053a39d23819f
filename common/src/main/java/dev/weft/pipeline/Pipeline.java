// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import ai.djl.ndarray.NDManager;
import dev.weft.config.ModelException;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Modules in the order they run, checked when it is built: the first one takes text, each finds the
 * features it needs and vectors of the width it expects, and the last leaves a sentence embedding.
 * Owns its modules. Safe for many threads, each with its own batch manager.
 */
public final class Pipeline implements AutoCloseable {
  private final List<Module> modules;
  private final InputModule input;
  private final int dimension;

  /**
   * Builds and checks a chain.
   *
   * @throws ModelException naming the module that does not fit and what it lacks
   */
  public Pipeline(List<? extends Module> modules) {
    this.modules = List.copyOf(modules);
    if (this.modules.isEmpty()) {
      throw new ModelException("a pipeline needs at least one module");
    }
    if (!(this.modules.get(0) instanceof InputModule first)) {
      throw new ModelException(
          label(0)
              + " cannot be the first module: it does not take text; start with a Transformer");
    }
    this.input = first;
    this.dimension = check();
  }

  private int check() {
    Set<Key<?>> produced = new LinkedHashSet<>();
    int width = 0;
    for (int i = 0; i < modules.size(); i++) {
      Module module = modules.get(i);
      Set<Key<?>> missing = new HashSet<>(module.needs());
      missing.removeAll(produced);
      if (i > 0 && !missing.isEmpty()) {
        throw new ModelException(
            label(i) + " needs " + missing + ", but the modules before it produce " + produced);
      }
      produced.addAll(module.adds());
      try {
        width = module.width(width);
      } catch (ModelException e) {
        throw new ModelException(label(i) + " " + e.getMessage(), e);
      }
    }
    if (!produced.contains(Features.SENTENCE_EMBEDDING)) {
      throw new ModelException(
          "the pipeline ends without "
              + Features.SENTENCE_EMBEDDING
              + ": it produces "
              + produced
              + "; add a Pooling module");
    }
    return width;
  }

  /** The modules, first to last. */
  public List<Module> modules() {
    return modules;
  }

  /** Width of the sentence embedding. */
  public int dimension() {
    return dimension;
  }

  /** The most tokens a text may have before it is cut. */
  public int maxSeqLength() {
    return input.maxSeqLength();
  }

  /** Ids of every text, in Java memory. */
  public Tokens tokenize(TextBatch texts) {
    return input.tokenize(texts);
  }

  /**
   * Runs all modules over one batch.
   *
   * @param rows the texts of the batch
   * @param batch owns every tensor that is made; the caller closes it
   * @throws EncodeException naming the module that failed
   */
  public Features forward(Tokens rows, NDManager batch) {
    Features features = input.features(rows, batch);
    for (int i = 0; i < modules.size(); i++) {
      try {
        features = modules.get(i).forward(features);
      } catch (RuntimeException e) {
        throw new EncodeException("while running " + label(i) + ": " + e.getMessage(), e);
      }
    }
    return features;
  }

  private String label(int index) {
    return "module " + index + " (" + modules.get(index).name() + ")";
  }

  @Override
  public void close() {
    modules.forEach(Module::close);
  }
}
