// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.weft.config.ModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A Hugging Face "fast" tokenizer: {@code tokenizer.json} run by the Rust library the reference
 * uses too. Thread-safe: truncation and padding are set once, when it is made, so concurrent calls
 * only read it.
 *
 * <p>The truncation and padding blocks inside {@code tokenizer.json} are ignored, as the reference
 * ignores them for transformers: rows are cut at {@code maxLength} tokens (specials included) and
 * never padded here.
 *
 * <p>It calls DJL's binding below {@code HuggingFaceTokenizer}, because that class fetches tokens,
 * spans, word ids and masks of every text, some ten native calls and as many arrays a text, of
 * which a pipeline reads the ids only.
 */
public final class FastTokenizer implements AutoCloseable {
  private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

  private final HuggingFaceTokenizer owner;
  private final boolean specialTokens;

  private FastTokenizer(HuggingFaceTokenizer owner, boolean specialTokens) {
    this.owner = owner;
    this.specialTokens = specialTokens;
  }

  /**
   * Makes a tokenizer.
   *
   * @param file how to name the source in messages
   * @param json the text of {@code tokenizer.json}
   * @param maxLength the most tokens a row may have; longer rows are cut at the end
   */
  public static FastTokenizer parse(String file, String json, int maxLength) {
    return parse(file, json, maxLength, TruncationSide.RIGHT);
  }

  /**
   * Makes a tokenizer.
   *
   * @param file how to name the source in messages
   * @param json the text of {@code tokenizer.json}
   * @param maxLength the most tokens a row may have
   * @param side the end at which longer rows are cut; special tokens stay
   */
  public static FastTokenizer parse(String file, String json, int maxLength, TruncationSide side) {
    FastTokenizer tokenizer = new FastTokenizer(open(file, json, side), true);
    try {
      TokenizerFile.parse(file, json).withUnknown();
    } catch (ModelException e) {
      tokenizer.close();
      throw e;
    }
    int special = tokenizer.encode(List.of("")).length(0);
    if (maxLength <= special) {
      // The native library aborts the process where it cannot cut that short.
      tokenizer.close();
      throw new ModelException(
          file
              + ": max_seq_length must be above the "
              + special
              + " special tokens of every text, but is "
              + maxLength);
    }
    LIBRARY.setTruncation(tokenizer.owner.getHandle(), maxLength, "LONGEST_FIRST", 0);
    return tokenizer;
  }

  /** A tokenizer that adds no special tokens and cuts nothing. */
  static FastTokenizer withoutSpecialTokens(String file, String json) {
    return new FastTokenizer(open(file, json, TruncationSide.RIGHT), false);
  }

  /** A native tokenizer that does not pad, and cuts nothing until it is told a length. */
  private static HuggingFaceTokenizer open(String file, String json, TruncationSide side) {
    boolean left = side == TruncationSide.LEFT;
    // A maximum of zero keeps its own rules, and its warnings about them, out of the way.
    Map<String, String> options =
        Map.of("padding", "false", "truncation", String.valueOf(left), "maxLength", "0");
    HuggingFaceTokenizer owner;
    try {
      String whole = left ? TokenizerJson.cuttingLeft(file, json) : json;
      byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
      owner = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options);
    } catch (IOException | RuntimeException e) {
      throw new ModelException(file + ": not a usable tokenizer (" + e.getMessage() + ")", e);
    }
    LIBRARY.disablePadding(owner.getHandle());
    if (!left) {
      LIBRARY.disableTruncation(owner.getHandle());
    }
    return owner;
  }

  /**
   * Ids of every text, special tokens among them unless it adds none. Lone surrogates count as
   * U+FFFD.
   */
  public Tokens encode(List<String> texts) {
    String[] clean = new String[texts.size()];
    for (int i = 0; i < clean.length; i++) {
      clean[i] = Surrogates.replaceLone(texts.get(i));
    }
    long[] encodings = LIBRARY.batchEncode(owner.getHandle(), clean, specialTokens);
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
    long encoding = LIBRARY.encode(owner.getHandle(), Surrogates.replaceLone(prompt), true);
    try {
      long[] special = LIBRARY.getSpecialTokenMask(encoding);
      boolean ends = special.length > 0 && special[special.length - 1] == 1;
      return ends ? special.length - 1 : special.length;
    } finally {
      LIBRARY.deleteEncoding(encoding);
    }
  }

  /** Frees the native tokenizer; no call may be running. */
  @Override
  public void close() {
    owner.close();
  }
}
