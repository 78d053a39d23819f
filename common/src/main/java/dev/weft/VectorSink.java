// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.nio.FloatBuffer;

/**
 * Takes the vectors of one finished batch, straight from the engine's memory. Called by several
 * workers at once, each with rows of its own; every row of a call comes exactly once, in no order,
 * here or to {@link #failed}.
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

  /**
   * Told of a text that was cut, where {@link dev.weft.text.LongTexts#REPORT} asks for it. It comes
   * before the text's vector, which is that of the tokens that fit.
   *
   * @param row index into the texts of the call
   * @param notice how many tokens it has and how many were read
   */
  default void cut(int row, String notice) {}

  /**
   * Told of a text that has no vector, instead of {@link #accept}; others of its batch have theirs.
   * Returning lets the call go on. As it is, it ends the call with an exception that names the
   * text.
   *
   * @param row index into the texts of the call
   * @throws dev.weft.pipeline.EncodeException to end the call
   */
  default void failed(int row, TextFailure failure) {
    throw failure.exception();
  }
}
