// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.text.AttentionMask;
import java.util.Optional;

/**
 * norm(word[ids] + position), perhaps made wider afterwards. Where a model has token types, the row
 * of type 0 is in the positions already, as every text is segment 0.
 */
record WordEmbeddings(Table words, Positions positions, Norm norm, Optional<Linear> projection)
    implements LayeredEncoder.Embeddings {

  /** Reads a table of positions, with the first row of a table of types added to each. */
  static Table typed(Names names, Table positions, int types, int width) {
    try (NDArray table = names.tensor("token_type_embeddings.weight", types, width);
        NDArray first = table.get(0)) {
      positions.rows().addi(first);
    }
    return positions;
  }

  @Override
  public NDArray apply(NDArray inputIds, AttentionMask mask) {
    try (NDArray rows = words.find(inputIds)) {
      positions.addTo(rows, inputIds, mask);
      if (projection.isEmpty()) {
        return norm.apply(rows);
      }
      try (NDArray normed = norm.apply(rows)) {
        return projection.get().apply(normed);
      }
    }
  }
}
