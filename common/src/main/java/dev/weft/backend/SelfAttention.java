// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;

/** What one layer does between tokens; leaves {@code x} (B, T, H) open and unchanged. */
interface SelfAttention {
  NDArray forward(NDArray x, Relations relations);
}
