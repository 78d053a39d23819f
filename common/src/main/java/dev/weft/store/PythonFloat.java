// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.text.PythonText;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Numbers as Python's {@code float()} reads them: white space around, underscores between digits,
 * digits of any script, {@code inf}, {@code infinity} and {@code nan} are fine; Java's hexadecimal
 * numbers and type suffixes are not.
 */
final class PythonFloat {
  private static final Pattern NUMBER =
      Pattern.compile(
          "[+-]?(?:inf(?:inity)?|nan|(?:D(?:\\.(?:D)?)?|\\.D)(?:e[+-]?D)?)"
              .replace("D", "[0-9]+(?:_[0-9]+)*"));

  /** Powers of ten that a double holds exactly. */
  private static final double[] TENS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** Digits up to here are a whole number that a double holds exactly after one more digit. */
  private static final long MAX_MANTISSA = (1L << 53) / 10 - 1;

  private PythonFloat() {}

  /**
   * The number in {@code [from, to)}, correctly rounded.
   *
   * @throws NumberFormatException if it is none
   */
  static double parse(char[] text, int from, int to) {
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
    // Both are exact, so the quotient is rounded once.
    double value = mantissa / TENS[scale];
    return negative ? -value : value;
  }

  private static double parseSlowly(String text) {
    String number = ascii(strip(text)).toLowerCase(Locale.ROOT);
    if (!NUMBER.matcher(number).matches()) {
      throw new NumberFormatException("\"" + text + "\" is not a number");
    }
    double sign = number.startsWith("-") ? -1 : 1;
    if (number.contains("inf")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    return number.contains("nan") ? Double.NaN : Double.parseDouble(number.replace("_", ""));
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
