// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import com.google.gson.JsonObject;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.Collection;
import java.util.List;

/**
 * Treebank tokens, joined to the phrases of the vocabulary ({@code New York} to {@code New_York}).
 * Each is then looked up as it is, then in lower case, then that without the punctuation around it;
 * the first form that is a stop word drops it, the first in the vocabulary gives its id, and a
 * token with neither is dropped. Immutable and thread-safe. Follows the reference's 6.2, {@code
 * modules/tokenizer/phrase.py}, where {@code do_lower_case} is kept but changes nothing.
 */
public final class PhraseTokenizer implements WordTokenizer {
  private static final String NGRAM_SEPARATOR = "ngram_separator";
  private static final String MAX_NGRAM_LENGTH = "max_ngram_length";

  private final WordSettings settings;
  private final String ngramSeparator;
  private final int maxNgramLength;
  private final WordTable words;
  private final Phrases phrases;

  private PhraseTokenizer(Builder builder) {
    this.settings = builder.settings;
    this.ngramSeparator = builder.ngramSeparator;
    this.maxNgramLength = builder.maxNgramLength;
    this.words = settings.table();
    this.phrases = Phrases.of(settings.vocab(), ngramSeparator, maxNgramLength);
  }

  /** A tokenizer with English stop words and phrases such as {@code New_York}, of up to 5 words. */
  public static PhraseTokenizer of(List<String> vocab) {
    return builder(vocab).build();
  }

  /** A builder for this vocabulary, in id order. */
  public static Builder builder(List<String> vocab) {
    return new Builder(WordSettings.of(vocab));
  }

  /**
   * Reads {@code phrasetokenizer_config.json}: the keys of {@code whitespacetokenizer_config.json},
   * {@code ngram_separator} (null for no phrases) and {@code max_ngram_length}.
   *
   * @throws ModelException if {@code vocab} is absent or a value has another type
   */
  public static PhraseTokenizer parse(Json config) {
    Builder builder = new Builder(WordSettings.parse(config));
    if (config.keys().contains(NGRAM_SEPARATOR)) {
      builder.ngramSeparator(config.findString(NGRAM_SEPARATOR).orElse(""));
    }
    config.findInteger(MAX_NGRAM_LENGTH).ifPresent(builder::maxNgramLength);
    return builder.build();
  }

  @Override
  public Tokens encode(List<String> texts) {
    Tokens.Builder rows = new Tokens.Builder(texts.size());
    for (String text : texts) {
      for (String token : phrases.join(TreebankTokenizer.tokenize(text))) {
        int id = id(token);
        if (id >= 0) {
          rows.add(id);
        }
      }
      rows.endRow();
    }
    return rows.build();
  }

  private int id(String token) {
    int asIs = words.find(token);
    if (asIs != WordTable.ABSENT) {
      return asIs;
    }
    String lower = PythonText.lower(token);
    int lowered = words.find(lower);
    if (lowered != WordTable.ABSENT) {
      return lowered;
    }
    String stripped = PythonText.stripPunctuation(lower);
    return stripped.isEmpty() ? WordTable.ABSENT : words.find(stripped);
  }

  @Override
  public List<String> vocab() {
    return settings.vocab();
  }

  @Override
  public WordTokenizerType type() {
    return WordTokenizerType.PHRASE;
  }

  @Override
  public String text() {
    JsonObject json = settings.write();
    json.addProperty(NGRAM_SEPARATOR, ngramSeparator);
    json.addProperty(MAX_NGRAM_LENGTH, maxNgramLength);
    return WordSettings.ascii(json);
  }

  /** Collects settings. Mutable, for one thread. */
  public static final class Builder {
    private WordSettings settings;
    private String ngramSeparator = "_";
    private int maxNgramLength = 5;

    private Builder(WordSettings settings) {
      this.settings = settings;
    }

    /** What is dropped, instead of {@link EnglishStopWords}. */
    public Builder stopWords(Collection<String> words) {
      settings = settings.withStopWords(words);
      return this;
    }

    /** Keeps {@code do_lower_case} for {@link #text}; it has no effect on texts. */
    public Builder lowerCase() {
      settings = settings.withCasing(WordSettings.Casing.LOWER);
      return this;
    }

    /** What stands between the words of a phrase, instead of "_"; empty for no phrases. */
    public Builder ngramSeparator(String separator) {
      ngramSeparator = separator;
      return this;
    }

    /** The most words of a phrase, instead of 5; less than 2 for no phrases. */
    public Builder maxNgramLength(int length) {
      maxNgramLength = length;
      return this;
    }

    /** The tokenizer. */
    public PhraseTokenizer build() {
      return new PhraseTokenizer(this);
    }
  }
}
