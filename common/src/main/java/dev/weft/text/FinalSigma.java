// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

/**
 * Whether a capital sigma becomes ς rather than σ: the condition Final_Sigma of the Unicode
 * Standard (section 3.13), as CPython applies it. A cased letter stands before it and none after
 * it, where case-ignorable characters are looked through. Java's own rule stops at word boundaries
 * instead, so the two differ on "0Σ" and many others.
 */
final class FinalSigma {
  private FinalSigma() {}

  /** The answer for the sigma at this index of the text. */
  static boolean isAt(String text, int index) {
    return isCasedBefore(text, index) && !isCasedAfter(text, index + 1);
  }

  private static boolean isCasedBefore(String text, int index) {
    for (int i = index; i > 0; ) {
      int c = text.codePointBefore(i);
      if (!isIgnorable(c)) {
        return isCased(c);
      }
      i -= Character.charCount(c);
    }
    return false;
  }

  private static boolean isCasedAfter(String text, int index) {
    for (int i = index; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (!isIgnorable(c)) {
        return isCased(c);
      }
      i += Character.charCount(c);
    }
    return false;
  }

  /** The property Cased. */
  static boolean isCased(int c) {
    return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
  }

  /** The property Case_Ignorable. */
  static boolean isIgnorable(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> isMidWord(c);
    };
  }

  /** Word_Break is MidLetter, MidNumLet or Single_Quote. */
  private static boolean isMidWord(int c) {
    return switch (c) {
      case '\'', '.', ':', 0xB7, 0x387, 0x55F, 0x5F4, 0x2018, 0x2019, 0x2024, 0x2027 -> true;
      case 0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A -> true;
      default -> false;
    };
  }
}
