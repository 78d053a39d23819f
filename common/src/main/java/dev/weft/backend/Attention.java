// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * Multi-head self-attention of one layer. The three projections are one product with their weights
 * stacked, and 1/√d is folded into the rows of Q or into the weights of its norm, so a batch spends
 * no pass on either.
 *
 * @param queryKeyValue from H to (h + 2k)·d
 * @param norm weights (h + k, d) of the norm of queries and keys
 * @param heads what is done with the projections
 * @param output from h·d back to H
 */
record Attention(
    Linear queryKeyValue, Optional<NDArray> norm, DotProductAttention heads, Linear output)
    implements SelfAttention {

  /** Attention without a norm of queries and keys. */
  static Attention of(Linear queryKeyValue, DotProductAttention heads, Linear output) {
    return new Attention(queryKeyValue, Optional.empty(), heads, output);
  }

  /**
   * Reads the weights (d) of the norms of queries and keys, one row a head.
   *
   * @param scale what queries are multiplied by
   * @param offset what is added to the numbers of the file
   */
  static NDArray norms(
      Names names, String query, String key, Heads heads, float scale, float offset) {
    try (NDArray ofQuery = names.tensor(query + ".weight", heads.size()).addi(offset).muli(scale);
        NDArray ofKey = names.tensor(key + ".weight", heads.size()).addi(offset);
        NDArray queries = ofQuery.reshape(1, heads.size()).repeat(0, heads.queries());
        NDArray keys = ofKey.reshape(1, heads.size()).repeat(0, heads.keyValues())) {
      return queries.concat(keys, 0);
    }
  }

  @Override
  public NDArray forward(NDArray x, Relations relations) {
    try (NDArray projected = queryKeyValue.apply(x);
        NDArray context = heads.forward(projected, norm, relations)) {
      return output.apply(context);
    }
  }
}
