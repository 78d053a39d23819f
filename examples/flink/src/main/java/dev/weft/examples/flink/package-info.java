// SPDX-License-Identifier: Apache-2.0
/**
 * Jobs to copy from. A cluster needs Weft, DJL and the connectors in its {@code lib/} directory.
 *
 * <pre>
 * flink run -c dev.weft.examples.flink.EnrichLines weft-examples-flink.jar MODEL INPUT OUTPUT
 * flink run -c dev.weft.examples.flink.EnrichTable weft-examples-flink.jar MODEL INPUT OUTPUT
 * </pre>
 *
 * <p>For a stream by hand, {@code nc -lk 9999} and {@code socket://localhost:9999} as the input of
 * the first.
 */
@NullMarked
package dev.weft.examples.flink;

import org.jspecify.annotations.NullMarked;
