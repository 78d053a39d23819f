// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.Optional;

/**
 * Multi-head self-attention of one layer. The three projections are one product with their weights
 * stacked, and 1/√d is folded into the rows of Q, so a batch spends no pass on either.
 *
 * @param queryKeyValue from H to 3·H
 * @param heads what is done with the projections, the same for all layers
 */
record Attention(Linear queryKeyValue, DotProductAttention heads) {

  /** Reads {@code query}, {@code key} and {@code value}, each (hidden, hidden) with a bias. */
  static Attention load(Names names, int hidden, int headSize, DotProductAttention heads) {
    float scale = (float) (1 / Math.sqrt(headSize));
    NDArray weight = stack(names, ".weight", scale, hidden, hidden);
    NDArray bias = stack(names, ".bias", scale, hidden);
    return new Attention(Linear.of(weight, bias), heads);
  }

  private static NDArray stack(Names names, String part, float queryScale, long... shape) {
    try (NDArray query = names.tensor("query" + part, shape).muli(queryScale);
        NDArray key = names.tensor("key" + part, shape);
        NDArray value = names.tensor("value" + part, shape)) {
      return NDArrays.concat(new NDList(query, key, value), 0);
    }
  }

  /** From (B, T, H) to the heads' answers side by side, (B, T, H). */
  NDArray forward(NDArray x, Optional<NDArray> bias) {
    try (NDArray projected = queryKeyValue.apply(x)) {
      return heads.forward(projected, bias);
    }
  }
}
