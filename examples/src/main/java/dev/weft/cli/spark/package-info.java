// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code weft} command in Spark: {@code --on spark}, parquet, and the commands that are about
 * Spark.
 *
 * <pre>
 * ./weft embed --model all-MiniLM-L6-v2 --input texts.parquet --output vectors.parquet
 * </pre>
 */
@NullMarked
package dev.weft.cli.spark;

import org.jspecify.annotations.NullMarked;
