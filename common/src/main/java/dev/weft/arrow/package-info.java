// SPDX-License-Identifier: Apache-2.0
/**
 * Texts in and vectors out in Arrow memory: off the heap, bounded, counted by an allocator.
 *
 * <pre>{@code
 * try (ArrowWindow window = new ArrowWindow(allocator, embedder.dimension(options), limits)) {
 *   window.add(utf8);
 *   window.encode(embedder, options);
 *   window.read(0, vector);
 * }
 * }</pre>
 */
@NullMarked
package dev.weft.arrow;

import org.jspecify.annotations.NullMarked;
