// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

/**
 * How many tokens of a text are kept, and from which end.
 *
 * @param maxLength the most tokens of a row
 * @param kept the end of the text that stays
 */
record Truncation(int maxLength, End kept) {
  static final Truncation NONE = new Truncation(Integer.MAX_VALUE, End.FIRST);

  /** An end of a text. */
  enum End {
    FIRST,
    LAST
  }
}
