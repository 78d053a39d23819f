// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.pipeline.Features;
import dev.weft.text.Tokens;

/**
 * What a call makes of the features of a batch, and where that goes. Windows come one after
 * another; batches of a window come from several workers at once.
 *
 * @param <T> what is made of a batch, valid while the batch is
 */
interface BatchOutput<T> {
  /**
   * A window begins.
   *
   * @param tokens the rows that batches are made of
   * @param firstText the text of the call that is the window's first
   */
  default void begin(Tokens tokens, int firstText) {}

  /** The part in the engine. It may fail because of a text, and is then tried without it. */
  T make(Features features);

  /**
   * Takes what was made.
   *
   * @param texts indices into the texts of the call, one a row of the batch
   * @param rows the same as rows of the window
   */
  void accept(int[] texts, int[] rows, T made);

  /** A text was too long, which is to be reported; what is made of it comes later. */
  default void cut(int text, String notice) {}

  /** A text has none. */
  void failed(int text, TextFailure failure);

  /** All batches of the window are done. */
  default void end() {}
}
