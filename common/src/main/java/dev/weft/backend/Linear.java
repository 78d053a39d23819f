// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/** y = x·Wᵀ + b, with W (out, in) in the layout its product wants. */
record Linear(NDArray weight, Optional<NDArray> bias, Product product) {

  /** Takes ownership of both arrays. */
  private static Linear of(NDArray weight, Optional<NDArray> bias, Product product) {
    NDManager device = weight.getManager();
    return new Linear(product.weight(weight), product.bias(bias, device), product);
  }

  /** Reads {@code weight} and {@code bias}. */
  static Linear load(Names names, String name, int in, int out) {
    return load(names, name, in, out, true);
  }

  /** Reads {@code weight}, and {@code bias} where the configuration says there is one. */
  static Linear load(Names names, String name, int in, int out, boolean biased) {
    Optional<NDArray> bias =
        biased ? Optional.of(names.tensor(name + ".bias", out)) : Optional.empty();
    return of(names.tensor(name + ".weight", out, in), bias, names.product());
  }

  /** Reads queries, keys and values that are one product already; scales the queries. */
  static Linear fused(Names names, String name, int in, Heads heads, boolean biased) {
    int out = heads.queryWidth() + 2 * heads.keyValueWidth();
    NDArray weight = names.tensor(name + ".weight", out, in);
    scaleQueries(weight, heads);
    if (!biased) {
      return of(weight, Optional.empty(), names.product());
    }
    NDArray bias = names.tensor(name + ".bias", out);
    scaleQueries(bias, heads);
    return of(weight, Optional.of(bias), names.product());
  }

  /** Reads two products that are one already, and puts the second one first. */
  static Linear swapped(Names names, String name, int in, int out) {
    try (NDArray weight = names.tensor(name + ".weight", 2L * out, in);
        NDList halves = weight.split(2, 0)) {
      return of(halves.get(1).concat(halves.get(0), 0), Optional.empty(), names.product());
    }
  }

  private static void scaleQueries(NDArray rows, Heads heads) {
    try (NDArray queries = rows.get("0:" + heads.queryWidth())) {
      queries.muli(heads.scale());
    }
  }

  /** Several products of the same input as one, their results side by side. */
  static Linear stack(Names names, int in, boolean biased, Part... parts) {
    NDList weights = new NDList();
    NDList biases = new NDList();
    for (Part part : parts) {
      weights.add(names.tensor(part.name + ".weight", part.out, in).muli(part.scale));
      if (biased) {
        biases.add(names.tensor(part.name + ".bias", part.out).muli(part.scale));
      }
    }
    try (weights;
        biases) {
      return of(
          NDArrays.concat(weights, 0),
          biased ? Optional.of(NDArrays.concat(biases, 0)) : Optional.empty(),
          names.product());
    }
  }

  /**
   * One of several products.
   *
   * @param name of its weights
   * @param out width of its result
   * @param scale what its result is multiplied by
   */
  record Part(String name, int out, float scale) {
    Part(String name, int out) {
      this(name, out, 1f);
    }
  }

  NDArray apply(NDArray x) {
    return product.apply(x, weight, bias);
  }
}
