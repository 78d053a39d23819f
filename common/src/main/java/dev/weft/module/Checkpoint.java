// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import dev.weft.pipeline.ModuleDir;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The folder of a module whose configuration is the keyword arguments of the reference's
 * constructor and whose weights are its whole state: what either does not know is refused, as in
 * the reference, because the module would not be the one that was saved.
 */
final class Checkpoint {
  private static final String WEIGHTS = "model.safetensors";

  private Checkpoint() {}

  /**
   * Makes a configuration of the arguments in a file.
   *
   * @param constructor may refuse them by an {@link IllegalArgumentException}
   * @throws ModelException naming the file, for unknown arguments and refused ones
   */
  static <C> C config(Json arguments, Set<String> known, Function<Json, C> constructor) {
    for (String key : arguments.keys()) {
      if (!known.contains(key)) {
        throw new ModelException(
            arguments.file()
                + ": key \""
                + key
                + "\" is not known; known: "
                + String.join(", ", new TreeSet<>(known)));
      }
    }
    try {
      return constructor.apply(arguments);
    } catch (IllegalArgumentException e) {
      throw new ModelException(arguments.file() + ": " + e.getMessage(), e);
    }
  }

  /**
   * The weights of the folder.
   *
   * @param names all tensors of the module
   * @throws ModelException naming the first tensor that is not one of them
   */
  static Weights weights(ModuleDir dir, Set<String> names) {
    Weights weights = dir.weights();
    for (String name : new TreeSet<>(weights.names())) {
      if (!names.contains(name)) {
        throw new ModelException(
            dir.label(WEIGHTS)
                + ": tensor \""
                + name
                + "\" belongs to no part of the module as its configuration describes it");
      }
    }
    return weights;
  }

  /** Refuses what is below one. */
  static void positive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + " must be at least 1, but is " + value);
    }
  }

  /** Refuses what is no probability. */
  static void probability(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(key + " must be between 0 and 1, but is " + value);
    }
  }
}
