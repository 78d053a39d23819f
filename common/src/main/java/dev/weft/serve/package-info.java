// SPDX-License-Identifier: Apache-2.0
/**
 * What Spark and Flink share: a serialisable description of what to embed with, and one loaded
 * model a process however many tasks ask for it. Hosts that see a row at a time hand it to a
 * batcher, which the callers of a model share too.
 *
 * <pre>{@code
 * EmbedderSpec spec = EmbedderSpec.of("all-MiniLM-L6-v2", Map.of("truncateDim", "128"));
 * try (EmbedderCache.Lease lease = EmbedderCache.shared().acquire(spec)) {
 *   float[][] vectors = lease.embedder().encode(texts, spec.encodeOptions());
 * }
 * }</pre>
 *
 * <pre>{@code
 * BatchTerms terms = new BatchTerms(256, Duration.ofMillis(5), 0);
 * try (BatchLease lease = Batchers.shared().acquire(spec, Place.ANY, terms, BatchObserver.NONE)) {
 *   CompletableFuture<float[]> vector = lease.submit(text, spec.encodeOptions());
 * }
 * }</pre>
 */
@NullMarked
package dev.weft.serve;

import org.jspecify.annotations.NullMarked;
