// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.weft.text.AttentionMask;
import java.util.Optional;

/**
 * Which tokens a token sees: the token at position i those from i − back to i + forward that the
 * mask counts.
 *
 * @param back how far it sees towards the start
 * @param forward how far it sees towards the end
 */
record Visibility(int back, int forward) {
  /** Added to scores of positions not seen; exp of it is zero beside any real score. */
  private static final float HIDDEN = -1e9f;

  private static final int UNLIMITED = Integer.MAX_VALUE;

  /** Everything in both directions. */
  static final Visibility BOTH = new Visibility(UNLIMITED, UNLIMITED);

  /** Itself and everything before. */
  static final Visibility CAUSAL = new Visibility(UNLIMITED, 0);

  /** What it comes to for one batch. */
  Relations relations(AttentionMask mask, NDManager batch) {
    int farthest = mask.width() - 1;
    if (back >= farthest && forward >= farthest) {
      return Relations.biased(padding(mask, batch));
    }
    // Tokens that follow each other without a gap from position 0 never look at padding behind
    // them, which the engine's own causal attention then hides too.
    boolean fromStart = forward == 0 && !mask.hasLeftPads();
    if (fromStart && back >= farthest) {
      return Relations.onlyBefore();
    }
    NDArray window = window(mask.width(), batch);
    Optional<NDArray> padding = fromStart ? Optional.empty() : padding(mask, batch);
    if (padding.isEmpty()) {
      return Relations.biased(Optional.of(window));
    }
    try (window;
        NDArray pads = padding.get()) {
      return Relations.biased(Optional.of(window.add(pads)));
    }
  }

  /** What hides padding, (B, 1, 1, T); empty where every position counts. */
  static Optional<NDArray> padding(AttentionMask mask, NDManager batch) {
    if (mask.isFull()) {
      return Optional.empty();
    }
    Shape shape = new Shape(mask.rows(), 1, 1, mask.width());
    return Optional.of(batch.create(mask.toFloats(0f, HIDDEN), shape));
  }

  /** What hides positions out of reach, (1, 1, T, T), made on the device. */
  private NDArray window(int width, NDManager batch) {
    try (NDArray places = batch.arange(0f, width);
        NDArray row = places.reshape(width, 1);
        NDArray distance = row.sub(places);
        NDArray tooFarBack = distance.gt(back);
        NDArray tooFarAhead = distance.lt(-forward);
        NDArray hidden = tooFarBack.logicalOr(tooFarAhead);
        NDArray square = hidden.toType(DataType.FLOAT32, true)) {
      return square.muli(HIDDEN).reshape(1, 1, width, width);
    }
  }
}
