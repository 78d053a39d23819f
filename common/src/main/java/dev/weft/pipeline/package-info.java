// SPDX-License-Identifier: Apache-2.0
/**
 * The contract of modules and the chain they form. {@link dev.weft.pipeline.Features} go in and
 * come out of each {@link dev.weft.pipeline.Module} in turn; {@link dev.weft.pipeline.Pipeline}
 * checks the chain when it is built. Knows no concrete module and no file.
 *
 * <pre>{@code
 * Pipeline pipeline = new Pipeline(List.of(transformer, new Pooling(384, PoolingMode.MEAN), new Normalize()));
 * Tokens tokens = pipeline.tokenize(TextBatch.of(texts));
 * try (NDManager batch = NDManager.newBaseManager()) {
 *   NDArray vectors = pipeline.forward(tokens, batch).get(Features.SENTENCE_EMBEDDING);
 * }
 * }</pre>
 */
@NullMarked
package dev.weft.pipeline;

import org.jspecify.annotations.NullMarked;
