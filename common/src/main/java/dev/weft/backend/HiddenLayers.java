// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

/** Which hidden states a forward pass hands out. */
public enum HiddenLayers {
  /** The last one only. */
  LAST,
  /** The embedding output and every layer's. */
  ALL
}
