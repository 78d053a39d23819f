// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

/** Which hidden states a forward pass gives back. */
public enum HiddenLayers {
  /** The last one only; those between are closed as soon as the next layer has read them. */
  LAST,
  /** The output of the embeddings, then of every layer: one more array than there are layers. */
  ALL
}
