// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;

/**
 * Learned vectors by id.
 *
 * @param rows (ids, width)
 */
record Table(NDArray rows) {

  /** Reads {@code weight}. */
  static Table load(Names names, String name, int ids, int width) {
    return new Table(names.tensor(name + ".weight", ids, width));
  }

  /** A new array (…, width) for ids (…) int64. */
  NDArray find(NDArray ids) {
    return Embedding.embedding(ids, rows, SparseFormat.DENSE).singletonOrThrow();
  }
}
