// SPDX-License-Identifier: Apache-2.0
/**
 * What a model directory says, in the words it says it: configuration keys and named tensors. The
 * lowest room: it imports nothing of Weft, and every other room may use it.
 *
 * <pre>{@code
 * Json config = Json.parse("1_Pooling/config.json", text);
 * int width = config.integer("embedding_dimension", "word_embedding_dimension");
 * NDArray weight = weights.tensor("linear.weight", 12, 32);
 * }</pre>
 */
@NullMarked
package dev.weft.config;

import org.jspecify.annotations.NullMarked;
