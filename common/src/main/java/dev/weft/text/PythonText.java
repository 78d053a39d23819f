// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.ArrayList;
import java.util.List;

/**
 * What Python's {@code str} methods do where Java's differ: {@code split()}, {@code lower()} and
 * the characters of {@code string.punctuation}. The word-level tokenizers of the reference are
 * defined by them. Case follows CPython 3.11 (Unicode 14) on any JDK: no locale, the final sigma of
 * {@link FinalSigma}, the letters below that JDK 17 (Unicode 13) does not know yet.
 */
public final class PythonText {
  private static final char CAPITAL_SIGMA = '\u03A3';
  private static final char SMALL_SIGMA = '\u03C3';
  private static final char FINAL_SIGMA = '\u03C2';
  private static final char CAPITAL_I_WITH_DOT = '\u0130';
  private static final char DOT_ABOVE = '\u0307';

  private PythonText() {}

  /** Whether {@code str.isspace()} holds: where {@code split()} splits. All are in the BMP. */
  public static boolean isSpace(char c) {
    if (c <= ' ') {
      return c == ' ' || isIn(c, 0x1C, 0x1F) || isIn(c, '\t', '\r');
    }
    return c >= 0x85
        && switch (c) {
          case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
          default -> isIn(c, 0x2000, 0x200A);
        };
  }

  /** Whether the character is one of the 32 of {@code string.punctuation}, all of them ASCII. */
  static boolean isPunctuation(char c) {
    return isIn(c, '!', '/') || isIn(c, ':', '@') || isIn(c, '[', '`') || isIn(c, '{', '~');
  }

  /** The text without the 32 characters of {@code string.punctuation} at both ends. */
  static String stripPunctuation(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isPunctuation(text.charAt(from))) {
      from++;
    }
    while (to > from && isPunctuation(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  /** {@code str.split()}: what stands between runs of {@link #isSpace}; never an empty string. */
  static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int start = -1;
    for (int i = 0; i < text.length(); i++) {
      if (isSpace(text.charAt(i))) {
        if (start >= 0) {
          parts.add(text.substring(start, i));
          start = -1;
        }
      } else if (start < 0) {
        start = i;
      }
    }
    if (start >= 0) {
      parts.add(text.substring(start));
    }
    return parts;
  }

  /** {@code str.lower()}; the same object where nothing changes. */
  public static String lower(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80 || isIn(c, 'A', 'Z')) {
        return lowerFrom(text, i);
      }
    }
    return text;
  }

  private static String lowerFrom(String text, int first) {
    StringBuilder lower = new StringBuilder(text.length() + 1).append(text, 0, first);
    for (int i = first; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (c == CAPITAL_SIGMA) {
        lower.append(FinalSigma.isAt(text, i) ? FINAL_SIGMA : SMALL_SIGMA);
      } else if (c == CAPITAL_I_WITH_DOT) {
        lower.append('i').append(DOT_ABOVE);
      } else {
        lower.appendCodePoint(lower(c));
      }
      i += Character.charCount(c);
    }
    return lower.toString();
  }

  /**
   * Lowers a range where every character can be lowered on its own, in place.
   *
   * @return false, and nothing done, where one needs its neighbours, more room or a second half
   */
  static boolean lowerInPlace(char[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text[i];
      if (c == CAPITAL_SIGMA || c == CAPITAL_I_WITH_DOT || Character.isSurrogate(c)) {
        return false;
      }
    }
    for (int i = from; i < to; i++) {
      text[i] = (char) lower(text[i]);
    }
    return true;
  }

  private static int lower(int c) {
    if (c < 0x80) {
      return isIn(c, 'A', 'Z') ? c + ('a' - 'A') : c;
    }
    return switch (c) {
      case 0x2C2F -> 0x2C5F;
      case 0xA7C0, 0xA7D0, 0xA7D6, 0xA7D8 -> c + 1;
      default -> isCapitalVithkuqi(c) ? c + 0x27 : Character.toLowerCase(c);
    };
  }

  private static boolean isCapitalVithkuqi(int c) {
    return isIn(c, 0x10570, 0x10595) && c != 0x1057B && c != 0x1058B && c != 0x10593;
  }

  private static boolean isIn(int c, int from, int to) {
    return c >= from && c <= to;
  }
}
