// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The three settings that the reference's own word tokenizers share, and their JSON form.
 *
 * @param vocab the words in id order
 * @param stopWords what is dropped, also where it is in the vocabulary
 * @param casing whether texts are lowered first
 */
record WordSettings(List<String> vocab, Set<String> stopWords, Casing casing) {
  private static final String VOCAB = "vocab";
  private static final String STOP_WORDS = "stop_words";
  private static final String DO_LOWER_CASE = "do_lower_case";

  /** What {@code do_lower_case} says. */
  enum Casing {
    KEEP,
    LOWER
  }

  WordSettings {
    vocab = List.copyOf(vocab);
    stopWords = Set.copyOf(stopWords);
  }

  static WordSettings of(List<String> vocab) {
    return new WordSettings(vocab, EnglishStopWords.words(), Casing.KEEP);
  }

  static WordSettings parse(Json config) {
    List<String> vocab =
        config
            .findStringList(VOCAB)
            .orElseThrow(
                () ->
                    new ModelException(
                        config.file() + ": required key \"" + VOCAB + "\" is missing"));
    return new WordSettings(
        vocab,
        config.findStringList(STOP_WORDS).map(Set::copyOf).orElseGet(EnglishStopWords::words),
        config.findBool(DO_LOWER_CASE).orElse(false) ? Casing.LOWER : Casing.KEEP);
  }

  WordSettings withStopWords(Collection<String> words) {
    return new WordSettings(vocab, Set.copyOf(words), casing);
  }

  WordSettings withCasing(Casing other) {
    return new WordSettings(vocab, stopWords, other);
  }

  WordTable table() {
    return WordTable.of(vocab, stopWords);
  }

  /** The stop words are sorted, so that saving twice writes the same. */
  JsonObject write() {
    JsonObject json = new JsonObject();
    json.add(VOCAB, array(vocab));
    json.add(STOP_WORDS, array(new TreeSet<>(stopWords)));
    json.addProperty(DO_LOWER_CASE, casing == Casing.LOWER);
    return json;
  }

  private static JsonArray array(Collection<String> words) {
    JsonArray array = new JsonArray(words.size());
    words.forEach(array::add);
    return array;
  }

  /**
   * The object as JSON in ASCII. Releases before 5.0 read it in the encoding of their platform, and
   * UTF-8 could not hold the lone surrogates that a vocabulary may have.
   */
  static String ascii(JsonObject json) {
    String text = json.toString();
    StringBuilder ascii = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        ascii.append(c);
      } else {
        ascii.append("\\u").append(String.format("%04x", (int) c));
      }
    }
    return ascii.toString();
  }
}
