// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;

/** A normalisation over the last axis; leaves its input open and unchanged. */
interface Norm {
  NDArray apply(NDArray x);
}
