// SPDX-License-Identifier: Apache-2.0
/**
 * What Spark and Flink share: a serialisable description of what to embed with, and one loaded
 * model a process however many tasks ask for it.
 *
 * <pre>{@code
 * EmbedderSpec spec = EmbedderSpec.of("all-MiniLM-L6-v2", Map.of("truncateDim", "128"));
 * try (EmbedderCache.Lease lease = EmbedderCache.shared().acquire(spec)) {
 *   float[][] vectors = lease.embedder().encode(texts, spec.encodeOptions());
 * }
 * }</pre>
 */
@NullMarked
package dev.weft.serve;

import org.jspecify.annotations.NullMarked;
