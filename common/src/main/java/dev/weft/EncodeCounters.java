// SPDX-License-Identifier: Apache-2.0
package dev.weft;

/**
 * What an {@link Embedder} has done since it was loaded.
 *
 * @param batches calls of the model
 * @param texts texts that went through it
 * @param tokens their tokens
 * @param paddedTokens positions computed, tokens and padding
 */
public record EncodeCounters(long batches, long texts, long tokens, long paddedTokens) {}
