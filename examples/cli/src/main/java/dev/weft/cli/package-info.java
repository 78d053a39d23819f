// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code weft} command: one class a subcommand, on the public API of the other Maven modules,
 * so each is an example of it too.
 *
 * <pre>
 * ./weft embed --model all-MiniLM-L6-v2 --input texts.txt --output vectors.jsonl
 * </pre>
 */
@NullMarked
package dev.weft.cli;

import org.jspecify.annotations.NullMarked;
