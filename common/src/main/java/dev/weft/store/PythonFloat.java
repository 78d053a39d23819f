// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.text.PythonText;
import java.util.Locale;

/**
 * Numbers as Python's {@code float()} reads them: white space around, underscores between digits,
 * digits of any script, {@code inf}, {@code infinity} and {@code nan} are fine; Java's hexadecimal
 * numbers and type suffixes are not.
 */
final class PythonFloat {
  /** Powers of ten that a double holds exactly. */
  private static final double[] TENS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** A whole number up to here holds one more digit. */
  private static final long MAX_MANTISSA = (Long.MAX_VALUE - 9) / 10;

  /** Whole numbers up to here are doubles. */
  private static final long MAX_EXACT = 1L << 53;

  /** The bits of a double that a float has no room for, and half of what they count to. */
  private static final int LOST_BITS = (1 << 29) - 1;

  private static final int HALF = 1 << 28;

  private PythonFloat() {}

  /**
   * The number in {@code [from, to)}, rounded to a double and that to a float, as an array of
   * Python's numbers is when it becomes an embedding table.
   *
   * @throws NumberFormatException if it is none
   */
  static float parse(char[] text, int from, int to) {
    int at = from;
    boolean negative = at < to && text[at] == '-';
    if (negative) {
      at++;
    }
    long mantissa = 0;
    int digits = 0;
    int decimals = -1;
    for (; at < to; at++) {
      char c = text[at];
      if (c >= '0' && c <= '9' && mantissa <= MAX_MANTISSA) {
        mantissa = mantissa * 10 + (c - '0');
        digits++;
        decimals += decimals < 0 ? 0 : 1;
      } else if (c == '.' && decimals < 0) {
        decimals = 0;
      } else {
        return parseSlowly(new String(text, from, to - from));
      }
    }
    int scale = Math.max(0, decimals);
    if (digits == 0 || scale >= TENS.length) {
      return parseSlowly(new String(text, from, to - from));
    }
    double value = mantissa / TENS[scale];
    if (mantissa > MAX_EXACT && isNearHalf(value)) {
      return parseSlowly(new String(text, from, to - from));
    }
    return (float) (negative ? -value : value);
  }

  /**
   * Whether a double that may be wrong in its last two places could round to the wrong float. A
   * whole number of up to 2⁵³ is exact, and its quotient is rounded once, so it has none wrong.
   */
  private static boolean isNearHalf(double value) {
    int lost = (int) Double.doubleToRawLongBits(value) & LOST_BITS;
    return Math.abs(lost - HALF) <= 4;
  }

  private static float parseSlowly(String text) {
    if (isPlain(text)) {
      return (float) parsePlain(text, text);
    }
    String number = ascii(strip(text)).toLowerCase(Locale.ROOT);
    return switch (number) {
      case "inf", "+inf", "infinity", "+infinity" -> Float.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Float.NEGATIVE_INFINITY;
      case "nan", "+nan", "-nan" -> Float.NaN;
      default -> (float) parsePlain(withoutUnderscores(number), text);
    };
  }

  /** Whether there is nothing in it that Java and Python read differently. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isDigit(text, i) && "+-.eE".indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(String text, int at) {
    return at >= 0 && at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  /** The text without underscores between digits; others stay, so that it is no number. */
  private static String withoutUnderscores(String text) {
    StringBuilder digits = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      boolean between = isDigit(text, i - 1) && isDigit(text, i + 1);
      if (text.charAt(i) != '_' || !between) {
        digits.append(text.charAt(i));
      }
    }
    return digits.toString();
  }

  private static double parsePlain(String number, String text) {
    if (!isPlain(number)) {
      throw notANumber(text);
    }
    try {
      return Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw notANumber(text);
    }
  }

  private static NumberFormatException notANumber(String text) {
    return new NumberFormatException("\"" + text + "\" is not a number");
  }

  private static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && PythonText.isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && PythonText.isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static String ascii(String text) {
    StringBuilder ascii = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (c >= 0x80 && Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER) {
                ascii.append(Character.digit(c, 10));
              } else {
                ascii.appendCodePoint(c);
              }
            });
    return ascii.toString();
  }
}
