// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.text.AttentionMask;
import java.util.Optional;

/**
 * Multi-head self-attention (Vaswani et al. 2017, arXiv:1706.03762): softmax(Q·Kᵀ/√d + bias)·V.
 *
 * <p>The three projections are one product with their weights stacked, and 1/√d is folded into the
 * rows of Q, so a batch spends no pass on either.
 */
final class Attention {
  /** Added to scores of masked positions; exp of it is zero beside any real score. */
  private static final float MASKED = -1e9f;

  private final Linear queryKeyValue;
  private final int heads;
  private final int headSize;

  private Attention(Linear queryKeyValue, int heads, int headSize) {
    this.queryKeyValue = queryKeyValue;
    this.heads = heads;
    this.headSize = headSize;
  }

  /** Reads {@code query}, {@code key} and {@code value}, each (hidden, hidden) with a bias. */
  static Attention load(Names names, int hidden, int heads) {
    int headSize = hidden / heads;
    float scale = (float) (1 / Math.sqrt(headSize));
    NDArray weight = stack(names, ".weight", scale, hidden, hidden);
    NDArray bias = stack(names, ".bias", scale, hidden);
    return new Attention(Linear.of(weight, bias), heads, headSize);
  }

  private static NDArray stack(Names names, String part, float queryScale, long... shape) {
    try (NDArray query = names.tensor("query" + part, shape).muli(queryScale);
        NDArray key = names.tensor("key" + part, shape);
        NDArray value = names.tensor("value" + part, shape)) {
      return NDArrays.concat(new NDList(query, key, value), 0);
    }
  }

  /** What to add to the scores, (B, 1, 1, T); empty where every position counts. */
  static Optional<NDArray> bias(AttentionMask mask, NDManager batch) {
    if (mask.isFull()) {
      return Optional.empty();
    }
    Shape shape = new Shape(mask.rows(), 1, 1, mask.width());
    return Optional.of(batch.create(mask.toFloats(0f, MASKED), shape));
  }

  /** From (B, T, H) to the heads' answers side by side, (B, T, H). */
  NDArray forward(NDArray x, Optional<NDArray> bias) {
    long rows = x.getShape().get(0);
    long width = x.getShape().get(1);
    try (NDArray projected = queryKeyValue.apply(x);
        NDArray split = projected.reshape(rows, width, 3, heads, headSize);
        NDArray byHead = split.transpose(2, 0, 3, 1, 4);
        NDList parts = byHead.split(3);
        NDArray query = parts.get(0).squeeze(0);
        NDArray key = parts.get(1).squeeze(0);
        NDArray value = parts.get(2).squeeze(0);
        NDArray keys = key.transpose(0, 1, 3, 2);
        NDArray scores = query.matMul(keys)) {
      bias.ifPresent(scores::addi);
      try (NDArray shares = scores.softmax(-1);
          NDArray answers = shares.matMul(value);
          NDArray byPosition = answers.transpose(0, 2, 1, 3)) {
        return byPosition.reshape(rows, width, (long) heads * headSize);
      }
    }
  }
}
