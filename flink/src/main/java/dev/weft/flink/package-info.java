// SPDX-License-Identifier: Apache-2.0
/**
 * Embeddings in Flink: {@link dev.weft.flink.Weft} embeds a stream in batches that all subtasks of
 * a TaskManager share, {@link dev.weft.flink.EmbedFunction} is a map of a text at a time.
 *
 * <pre>{@code
 * EmbedderSpec spec = EmbedderSpec.of("/models/all-MiniLM-L6-v2", Map.of());
 * DataStream<Tuple2<Long, float[]>> vectors =
 *     Weft.embed(
 *             articles, Article::text, (article, vector) -> Tuple2.of(article.id(), vector), spec)
 *         .returns(Types.TUPLE(Types.LONG, Types.PRIMITIVE_ARRAY(Types.FLOAT)));
 * }</pre>
 *
 * <p>In SQL, {@code CREATE MODEL} with {@code 'provider' = 'weft'} serves {@code ML_PREDICT}, and
 * {@code LOAD MODULE weft} brings {@code embed}:
 *
 * <pre>{@code
 * LOAD MODULE weft;
 * SELECT id, embed(body, '/models/all-MiniLM-L6-v2') FROM articles;
 * }</pre>
 *
 * <p>Weft and DJL belong in Flink's {@code lib/} directory, not in the jar of a job. Flink loads a
 * job's jar anew for every job, but a process can load PyTorch's native library for one class
 * loader only, so the second job would fail.
 */
@NullMarked
package dev.weft.flink;

import org.jspecify.annotations.NullMarked;
