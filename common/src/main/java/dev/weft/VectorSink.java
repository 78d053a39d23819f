// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.nio.FloatBuffer;

/**
 * Takes the vectors of one finished batch, straight from the engine's memory. Called by several
 * workers at once, each with rows of its own; every row of a call comes exactly once, in no order.
 */
@FunctionalInterface
public interface VectorSink {
  /**
   * Copies what it wants to keep.
   *
   * @param rows indices into the texts of the call
   * @param dimension width of a vector
   * @param values {@code rows.length · dimension} numbers, row after row; valid during this call
   *     only
   */
  void accept(int[] rows, int dimension, FloatBuffer values);
}
