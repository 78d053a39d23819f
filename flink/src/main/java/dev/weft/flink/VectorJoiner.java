// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import org.apache.flink.api.common.functions.Function;

/**
 * Puts a row and the vector of its text together. Travels with the job's plan, so what a lambda
 * captures must be serialisable.
 *
 * @param <IN> the rows that come in
 * @param <OUT> the rows that go out
 */
@FunctionalInterface
public interface VectorJoiner<IN, OUT> extends Function {
  /**
   * Makes the row that goes out.
   *
   * @param vector as wide as the model makes them, or of length zero where the row has no text; the
   *     joiner may keep it
   */
  OUT join(IN row, float[] vector);
}
