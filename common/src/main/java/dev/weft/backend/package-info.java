// SPDX-License-Identifier: Apache-2.0
/**
 * What runs a transformer: from token ids to hidden states. One class an architecture, on shared
 * building blocks, written on DJL's eager arrays.
 *
 * <pre>{@code
 * Encoder encoder = Encoders.load(config, weights, Dtype.FLOAT32);
 * NDArray hidden = encoder.forward(inputIds, mask, HiddenLayers.LAST).get(0); // (B, T, H)
 * }</pre>
 */
@NullMarked
package dev.weft.backend;

import org.jspecify.annotations.NullMarked;
