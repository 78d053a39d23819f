// SPDX-License-Identifier: Apache-2.0
/**
 * The front room: load a sentence-transformers model and encode texts. Everything a caller needs is
 * here; the other packages are how it works.
 *
 * <pre>{@code
 * try (Embedder embedder = Embedder.load("sentence-transformers/all-MiniLM-L6-v2")) {
 *   float[][] vectors = embedder.encode(List.of("a text", "another text"));
 * }
 * }</pre>
 *
 * <p>The tour: {@link dev.weft.Embedder} cuts texts into batches and runs a {@link
 * dev.weft.pipeline.Pipeline} of {@link dev.weft.pipeline.Module}s, which {@link
 * dev.weft.store.ModelDir} reads from disk. {@link dev.weft.serve.EmbedderCache} holds one model a
 * process for the hosts, and {@link dev.weft.arrow.ArrowWindow} is how rows get in and out there.
 */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;
