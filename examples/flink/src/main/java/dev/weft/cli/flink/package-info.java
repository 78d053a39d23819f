// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code weft} command in Flink: {@code --on flink}.
 *
 * <pre>
 * ./weft embed --model all-MiniLM-L6-v2 --input texts.txt --output vectors.jsonl --on flink
 * </pre>
 */
@NullMarked
package dev.weft.cli.flink;

import org.jspecify.annotations.NullMarked;
