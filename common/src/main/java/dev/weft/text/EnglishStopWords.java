// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The words that the reference's word tokenizers drop unless told otherwise: 386 entries, 34 of
 * them punctuation ({@code ENGLISH_STOP_WORDS} in {@code modules/tokenizer/word.py}).
 */
public final class EnglishStopWords {
  private static final String RESOURCE = "english-stop-words.txt";
  private static final Set<String> WORDS = read();

  private EnglishStopWords() {}

  /** The entries; immutable. */
  public static Set<String> words() {
    return WORDS;
  }

  private static Set<String> read() {
    try (InputStream in = EnglishStopWords.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the jar of Weft lacks " + RESOURCE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
