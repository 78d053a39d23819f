// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * The hidden states of a transformer, one array (B, T, H) a layer: first the embedding output, last
 * the output of the last layer. They belong to the batch's manager.
 */
public record HiddenStates(List<NDArray> layers) {
  public HiddenStates {
    layers = List.copyOf(layers);
  }
}
