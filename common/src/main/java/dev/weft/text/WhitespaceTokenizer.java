// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.Collection;
import java.util.List;

/**
 * Words between white space. Each is looked up as it is, then without the punctuation around it,
 * then that in lower case; the first form that is a stop word drops it, the first in the vocabulary
 * gives its id, and a word with neither is dropped. Immutable and thread-safe. Follows the
 * reference's 6.2, {@code modules/tokenizer/whitespace.py}: white space, punctuation and lower case
 * are Python's, see {@link PythonText}.
 */
public final class WhitespaceTokenizer implements WordTokenizer {
  private final WordSettings settings;
  private final WordTable words;

  private WhitespaceTokenizer(WordSettings settings) {
    this.settings = settings;
    this.words = settings.table();
  }

  /** A tokenizer with English stop words that does not lower texts. */
  public static WhitespaceTokenizer of(List<String> vocab) {
    return builder(vocab).build();
  }

  /** A builder for this vocabulary, in id order. */
  public static Builder builder(List<String> vocab) {
    return new Builder(WordSettings.of(vocab));
  }

  /**
   * Reads {@code whitespacetokenizer_config.json}: {@code vocab}, {@code stop_words} (English where
   * absent), {@code do_lower_case}.
   *
   * @throws ModelException if {@code vocab} is absent or a value has another type
   */
  public static WhitespaceTokenizer parse(Json config) {
    return new WhitespaceTokenizer(WordSettings.parse(config));
  }

  @Override
  public Tokens encode(List<String> texts) {
    Tokens.Builder rows = new Tokens.Builder(texts.size());
    char[] buffer = new char[0];
    for (String text : texts) {
      String cased = settings.casing() == WordSettings.Casing.LOWER ? PythonText.lower(text) : text;
      if (buffer.length < cased.length()) {
        buffer = new char[cased.length() * 2];
      }
      cased.getChars(0, cased.length(), buffer, 0);
      addIds(buffer, cased.length(), rows);
      rows.endRow();
    }
    return rows.build();
  }

  private void addIds(char[] text, int length, Tokens.Builder rows) {
    int at = 0;
    while (at < length) {
      if (PythonText.isSpace(text[at])) {
        at++;
        continue;
      }
      int start = at;
      while (at < length && !PythonText.isSpace(text[at])) {
        at++;
      }
      int id = id(text, start, at);
      if (id >= 0) {
        rows.add(id);
      }
    }
  }

  /** An id, or less than zero; lowers the range where it must be looked up in lower case. */
  private int id(char[] text, int from, int to) {
    int asIs = words.find(text, from, to);
    if (asIs != WordTable.ABSENT) {
      return asIs;
    }
    int start = from;
    int end = to;
    while (start < end && PythonText.isPunctuation(text[start])) {
      start++;
    }
    while (end > start && PythonText.isPunctuation(text[end - 1])) {
      end--;
    }
    if (end - start < to - from) {
      // Nothing is left of punctuation alone: in the reference "" finds the id of a word "" too.
      int stripped = words.find(text, start, end);
      if (stripped != WordTable.ABSENT) {
        return stripped;
      }
    }
    if (PythonText.lowerInPlace(text, start, end)) {
      return words.find(text, start, end);
    }
    return words.find(PythonText.lower(new String(text, start, end - start)));
  }

  @Override
  public List<String> vocab() {
    return settings.vocab();
  }

  @Override
  public WordTokenizerType type() {
    return WordTokenizerType.WHITESPACE;
  }

  @Override
  public String text() {
    return WordSettings.ascii(settings.write());
  }

  /** Collects settings. Mutable, for one thread. */
  public static final class Builder {
    private WordSettings settings;

    private Builder(WordSettings settings) {
      this.settings = settings;
    }

    /** What is dropped, instead of {@link EnglishStopWords}. */
    public Builder stopWords(Collection<String> words) {
      settings = settings.withStopWords(words);
      return this;
    }

    /** Texts are lowered before they are split ({@code do_lower_case}). */
    public Builder lowerCase() {
      settings = settings.withCasing(WordSettings.Casing.LOWER);
      return this;
    }

    /** The tokenizer. */
    public WhitespaceTokenizer build() {
      return new WhitespaceTokenizer(settings);
    }
  }
}
