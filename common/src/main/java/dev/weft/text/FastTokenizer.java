// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.weft.config.ModelException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A Hugging Face "fast" tokenizer: {@code tokenizer.json} run by the Rust library the reference
 * uses too. Thread-safe: truncation and padding are set once, when it is made, so concurrent calls
 * only read it.
 *
 * <p>The truncation and padding blocks inside {@code tokenizer.json} are ignored, as the reference
 * ignores them: rows are cut at {@code maxLength} tokens (specials included) and never padded here.
 *
 * <p>It calls DJL's binding below {@code HuggingFaceTokenizer}, because that class fetches tokens,
 * spans, word ids and masks of every text, some ten native calls and as many arrays a text, of
 * which a pipeline reads the ids only.
 */
public final class FastTokenizer implements AutoCloseable {
  private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;
  private static final long CLOSED = 0;

  private final AtomicLong handle;

  private FastTokenizer(long handle) {
    this.handle = new AtomicLong(handle);
  }

  /**
   * Makes a tokenizer.
   *
   * @param file how to name the source in messages
   * @param json the text of {@code tokenizer.json}
   * @param maxLength the most tokens a row may have; longer rows are cut at the end
   */
  public static FastTokenizer parse(String file, String json, int maxLength) {
    if (maxLength < 1) {
      throw new ModelException(file + ": max_seq_length must be at least 1, but is " + maxLength);
    }
    long handle;
    try {
      handle = LIBRARY.createTokenizerFromString(json);
    } catch (RuntimeException e) {
      throw new ModelException(file + ": not a usable tokenizer (" + e.getMessage() + ")", e);
    }
    try {
      LIBRARY.disablePadding(handle);
      LIBRARY.setTruncation(handle, maxLength, "longest_first", 0);
    } catch (RuntimeException e) {
      LIBRARY.deleteTokenizer(handle);
      throw new ModelException(
          file + ": cannot cut texts at " + maxLength + " tokens (" + e.getMessage() + ")", e);
    }
    return new FastTokenizer(handle);
  }

  /** Ids of every text, special tokens added. Lone surrogates count as U+FFFD. */
  public Tokens encode(List<String> texts) {
    String[] clean = new String[texts.size()];
    for (int i = 0; i < clean.length; i++) {
      clean[i] = Surrogates.replaceLone(texts.get(i));
    }
    long[] encodings = LIBRARY.batchEncode(open(), clean, true);
    Tokens.Builder rows = new Tokens.Builder(encodings.length);
    int next = 0;
    try {
      for (; next < encodings.length; next++) {
        rows.add(LIBRARY.getTokenIds(encodings[next]));
        LIBRARY.deleteEncoding(encodings[next]);
      }
    } finally {
      for (; next < encodings.length; next++) {
        LIBRARY.deleteEncoding(encodings[next]);
      }
    }
    return rows.build();
  }

  /**
   * Tokens that a prompt puts in front of every text: those of the prompt alone, without a special
   * token at its end. The leading special tokens count.
   */
  public int promptLength(String prompt) {
    long encoding = LIBRARY.encode(open(), Surrogates.replaceLone(prompt), true);
    try {
      long[] special = LIBRARY.getSpecialTokenMask(encoding);
      boolean ends = special.length > 0 && special[special.length - 1] == 1;
      return ends ? special.length - 1 : special.length;
    } finally {
      LIBRARY.deleteEncoding(encoding);
    }
  }

  private long open() {
    long current = handle.get();
    if (current == CLOSED) {
      throw new IllegalStateException("the tokenizer is closed");
    }
    return current;
  }

  /** Frees the native tokenizer; no call may be running. */
  @Override
  public void close() {
    long current = handle.getAndSet(CLOSED);
    if (current != CLOSED) {
      LIBRARY.deleteTokenizer(current);
    }
  }
}
