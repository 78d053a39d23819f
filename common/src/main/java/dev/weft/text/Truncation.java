// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

/**
 * How many tokens of a text are kept, and which end is cut.
 *
 * @param maxLength the most tokens of a row
 * @param cut the end of the text that goes
 */
record Truncation(int maxLength, TruncationSide cut) {
  static final Truncation NONE = new Truncation(Integer.MAX_VALUE, TruncationSide.RIGHT);
}
