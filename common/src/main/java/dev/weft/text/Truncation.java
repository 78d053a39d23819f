// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

/**
 * How many tokens of a text are kept, and which end is cut.
 *
 * @param maxLength the most tokens of a row, special tokens included
 * @param cut the end of the text that goes
 * @param lead special tokens in front of every text, which stay
 * @param trail special tokens behind every text, which stay
 */
public record Truncation(int maxLength, TruncationSide cut, int lead, int trail) {
  static final Truncation NONE = at(Integer.MAX_VALUE);

  /** Keeps the first tokens, whatever they are. */
  public static Truncation at(int maxLength) {
    return new Truncation(maxLength, TruncationSide.RIGHT, 0, 0);
  }
}
