// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The words of a vocabulary that are made of several, such as {@code New_York}, and the joining of
 * tokens to them. Immutable and thread-safe. A phrase has at least one separator, no two in a row,
 * and at most {@code maxLength} parts; an empty separator makes no phrases.
 */
final class Phrases {
  private final String separator;
  private final WordTable phrases;
  private final List<Integer> lengths;

  private Phrases(String separator, WordTable phrases, List<Integer> lengths) {
    this.separator = separator;
    this.phrases = phrases;
    this.lengths = lengths;
  }

  static Phrases of(List<String> vocab, String separator, int maxLength) {
    List<String> phrases = new ArrayList<>();
    Set<Integer> lengths = new TreeSet<>(Comparator.reverseOrder());
    String doubled = separator + separator;
    for (String word : vocab) {
      int length = separator.isEmpty() ? 1 : parts(word, separator);
      if (length > 1 && length <= maxLength && !word.contains(doubled)) {
        phrases.add(word);
        lengths.add(length);
      }
    }
    return new Phrases(separator, WordTable.of(phrases, Set.of()), List.copyOf(lengths));
  }

  private static int parts(String word, String separator) {
    int parts = 1;
    int at = word.indexOf(separator);
    while (at >= 0) {
      parts++;
      at = word.indexOf(separator, at + separator.length());
    }
    return parts;
  }

  /**
   * The tokens with phrases joined: for every length from the longest down, from left to right,
   * that many tokens become one where they make a phrase as they are, or else in lower case. As in
   * the reference, a token that contains separators counts as one.
   */
  List<String> join(List<String> tokens) {
    List<String> joined = tokens;
    Join join = new Join();
    for (int length : lengths) {
      if (joined.size() >= length) {
        joined = join(joined, length, join);
      }
    }
    return joined;
  }

  private List<String> join(List<String> tokens, int length, Join join) {
    List<String> joined = new ArrayList<>(tokens.size());
    int at = 0;
    while (at < tokens.size()) {
      if (at + length <= tokens.size() && join.isPhrase(tokens, at, length)) {
        joined.add(join.text());
        at += length;
      } else {
        joined.add(tokens.get(at++));
      }
    }
    return joined;
  }

  /** Room for one candidate, so that one that is no phrase costs no object. */
  private final class Join {
    private char[] chars = new char[64];
    private int size;

    /** Joins and looks up; the text is the form that is a phrase. */
    boolean isPhrase(List<String> tokens, int from, int length) {
      size = 0;
      append(tokens.get(from));
      for (int i = from + 1; i < from + length; i++) {
        append(separator);
        append(tokens.get(i));
      }
      if (isPhrase()) {
        return true;
      }
      if (!PythonText.lowerInPlace(chars, 0, size)) {
        String lower = PythonText.lower(text());
        size = 0;
        append(lower);
      }
      return isPhrase();
    }

    private boolean isPhrase() {
      return phrases.find(chars, 0, size) != WordTable.ABSENT;
    }

    private void append(String text) {
      if (size + text.length() > chars.length) {
        chars = Arrays.copyOf(chars, (size + text.length()) * 2);
      }
      text.getChars(0, text.length(), chars, size);
      size += text.length();
    }

    String text() {
      return new String(chars, 0, size);
    }
  }
}
