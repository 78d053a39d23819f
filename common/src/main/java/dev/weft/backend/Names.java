// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Weights;

/**
 * Tensors under a common prefix, so that a layer need not know where in the model it stands.
 *
 * @param product what their products are computed by
 */
record Names(Weights weights, String prefix, Product product) {

  /** All names, with the architecture's own prefix if the file uses it. */
  static Names of(Weights weights, String architecture, Scripts scripts) {
    boolean prefixed = weights.names().stream().anyMatch(name -> name.startsWith(architecture));
    return new Names(weights, prefixed ? architecture : "", scripts.product());
  }

  /** The names below a further prefix. */
  Names in(String part) {
    return new Names(weights, prefix + part, product);
  }

  boolean has(String name) {
    return weights.has(prefix + name);
  }

  NDArray tensor(String name, long... shape) {
    return weights.tensor(prefix + name, shape);
  }
}
