// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.Arrays;
import java.util.Locale;

/** What becomes of a text with more tokens than the model takes. */
public enum LongTexts {
  /** Its vector is that of the tokens that fit, as the reference does. */
  CUT,
  /**
   * As {@link #CUT}, and whoever takes the vectors is told of each such text and of how much of it
   * was read.
   */
  REPORT,
  /** It has no vector; the error says how many tokens it has. */
  FAIL,
  /**
   * It is read in windows of the model's length, each behind the prompt and between the special
   * tokens; its vector is the mean of theirs, weighted by the tokens of the text in each, and again
   * of length one where the model ends in Normalize. The last window may be short.
   */
  SPLIT;

  /**
   * The one of a name, as options written as text give it.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static LongTexts named(String name) {
    return Arrays.stream(values())
        .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("it must be cut, report, fail or split"));
  }
}
