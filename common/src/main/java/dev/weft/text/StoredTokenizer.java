// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import dev.weft.config.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A {@code tokenizer.json} run as {@code encode_batch(…, add_special_tokens=False)} of the
 * reference runs it: no special tokens, no padding, rows cut as the file's own truncation block
 * says. Many threads may use it.
 */
public final class StoredTokenizer implements AutoCloseable {
  private final FastTokenizer tokenizer;
  private final Optional<AsciiWordPiece> wordPiece;
  private final Truncation truncation;
  private final int vocabularySize;

  private StoredTokenizer(FastTokenizer tokenizer, TokenizerFile file) {
    this.tokenizer = tokenizer;
    this.wordPiece = file.wordPiece();
    this.truncation = file.truncation();
    this.vocabularySize = file.vocabularySize();
  }

  /**
   * Makes a tokenizer.
   *
   * @param file how to name the source in messages
   * @param json the text of {@code tokenizer.json}
   * @throws ModelException if the library refuses it
   */
  public static StoredTokenizer parse(String file, String json) {
    FastTokenizer tokenizer = FastTokenizer.withoutSpecialTokens(file, json);
    try {
      return new StoredTokenizer(tokenizer, TokenizerFile.parse(file, json).withUnknown());
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** One more than the largest id a row can hold. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** Ids of every text; none for an empty one. Lone surrogates count as U+FFFD. */
  public Tokens encode(TextBatch texts) {
    return texts.encode(truncation, this::ids);
  }

  private Tokens ids(List<String> texts) {
    List<String> others = new ArrayList<>();
    for (String text : texts) {
      split(text, (from, to) -> {}, (from, to) -> others.add(text.substring(from, to)));
    }
    Tokens encoded = tokenizer.encode(others);
    Tokens.Builder rows = new Tokens.Builder(texts.size());
    int[] next = {0};
    for (String text : texts) {
      split(
          text,
          (from, to) -> wordPiece.orElseThrow().encode(text, from, to, rows),
          (from, to) -> rows.add(encoded, next[0]++));
      rows.endRow();
    }
    return rows.build();
  }

  private interface Part {
    void take(int from, int to);
  }

  /** The parts of a text, in order: those that are encoded here, and those that are not. */
  private void split(String text, Part own, Part other) {
    if (wordPiece.isEmpty()) {
      other.take(0, text.length());
      return;
    }
    AsciiWordPiece ascii = wordPiece.get();
    for (int at = 0; at < text.length(); ) {
      int end = ascii.coveredEnd(text, at);
      own.take(at, end);
      at = end;
      if (end < text.length()) {
        at = ascii.othersEnd(text, end);
        other.take(end, at);
      }
    }
  }

  /** Frees the native tokenizer; no call may be running. */
  @Override
  public void close() {
    tokenizer.close();
  }
}
