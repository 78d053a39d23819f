// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Words with their ids, and words to be dropped, found by a range of characters without making a
 * string of it. An open hash table. Immutable, so thread-safe.
 */
final class WordTable {
  /** The word is not in the table. */
  static final int ABSENT = -1;

  /** The word is one to be dropped, whether or not it has an id too. */
  static final int STOP = -2;

  /** Texts and vocabularies are somebody else's: collisions must not be predictable. */
  private static final long MULTIPLIER = new SplittableRandom().nextLong() | 1;

  private final String[] words;
  private final int[] ids;
  private final int mask;

  private WordTable(int size) {
    int slots = Integer.highestOneBit(Math.max(2, size)) << 2;
    this.words = new String[slots];
    this.ids = new int[slots];
    this.mask = slots - 1;
  }

  /** The words in id order; a word that stands twice has the later id. Stop words win over ids. */
  static WordTable of(List<String> vocab, Collection<String> stopWords) {
    WordTable table = new WordTable(vocab.size() + stopWords.size());
    int id = 0;
    for (String word : vocab) {
      table.put(word, id++);
    }
    for (String word : stopWords) {
      table.put(word, STOP);
    }
    return table;
  }

  private void put(String word, int id) {
    int slot = slot(word.toCharArray(), 0, word.length());
    words[slot] = word;
    ids[slot] = id;
  }

  /** The id of the word, {@link #STOP} or {@link #ABSENT}. */
  int find(String word) {
    return find(word.toCharArray(), 0, word.length());
  }

  /** The id of the characters {@code [from, to)}, {@link #STOP} or {@link #ABSENT}. */
  int find(char[] text, int from, int to) {
    int slot = slot(text, from, to);
    return words[slot] == null ? ABSENT : ids[slot];
  }

  private int slot(char[] text, int from, int to) {
    long hash = (long) to - from;
    for (int i = from; i < to; i++) {
      hash = (hash ^ text[i]) * MULTIPLIER;
      hash ^= hash >>> 32;
    }
    int slot = (int) hash & mask;
    while (words[slot] != null && !isWord(words[slot], text, from, to)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static boolean isWord(String word, char[] text, int from, int to) {
    if (word.length() != to - from) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (word.charAt(i - from) != text[i]) {
        return false;
      }
    }
    return true;
  }
}
