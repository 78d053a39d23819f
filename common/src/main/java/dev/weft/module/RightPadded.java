// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import dev.weft.pipeline.Features;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;

/**
 * Token embeddings whose rows all begin at position 0, as a text that is encoded alone does: what a
 * module that looks at neighbouring positions starts from. Rows that are padded on the left are
 * moved; it costs one copy of the batch. Where the mask is of another width than the tokens, every
 * position counts, as in Pooling.
 *
 * @param tokens (B, T, H)
 * @param mask of the same B and T, from position 0 in every row
 */
record RightPadded(NDArray tokens, AttentionMask mask) {

  static RightPadded of(Features features) {
    NDArray tokens = features.get(Features.TOKEN_EMBEDDINGS);
    AttentionMask given = features.get(Features.ATTENTION_MASK);
    int width = (int) tokens.getShape().get(1);
    AttentionMask mask = given.width() == width ? given : AttentionMask.full(given.rows(), width);
    boolean moved = false;
    int[] lengths = new int[mask.rows()];
    for (int row = 0; row < lengths.length; row++) {
      lengths[row] = mask.length(row);
      moved |= lengths[row] > 0 && mask.from(row) > 0;
    }
    return new RightPadded(
        moved ? move(tokens, mask) : tokens, AttentionMask.of(lengths, width, PaddingSide.RIGHT));
  }

  private static NDArray move(NDArray tokens, AttentionMask mask) {
    int width = mask.width();
    long[] sources = new long[mask.rows() * width];
    for (int row = 0; row < mask.rows(); row++) {
      for (int t = 0; t < width; t++) {
        sources[row * width + t] = (long) row * width + Math.min(mask.from(row) + t, width - 1);
      }
    }
    Shape shape = tokens.getShape();
    NDManager batch = tokens.getManager();
    try (NDArray index = batch.create(sources, new Shape(mask.rows(), width));
        NDArray flat = tokens.reshape(-1, shape.get(2))) {
      return Embedding.embedding(index, flat, SparseFormat.DENSE).singletonOrThrow();
    }
  }

  /** How many positions of each row count. */
  int[] lengths() {
    int[] lengths = new int[mask.rows()];
    for (int row = 0; row < lengths.length; row++) {
      lengths[row] = mask.length(row);
    }
    return lengths;
  }
}
