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
 * never padded here. The cut is made here and not by the library, which gives the same ids: so it
 * is known what a text had, and a text can be split.
 *
 * <p>It calls DJL's binding below {@code HuggingFaceTokenizer}, because that class fetches tokens,
 * spans, word ids and masks of every text, some ten native calls and as many arrays a text, of
 * which a pipeline reads the ids only.
 */
public final class FastTokenizer implements AutoCloseable {
  private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

  private final HuggingFaceTokenizer owner;
  private final boolean specialTokens;
  private final Truncation limit;

  private FastTokenizer(HuggingFaceTokenizer owner, boolean specialTokens, Truncation limit) {
    this.owner = owner;
    this.specialTokens = specialTokens;
    this.limit = limit;
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
    HuggingFaceTokenizer owner = open(file, json);
    try {
      TokenizerFile.parse(file, json).withUnknown();
      return new FastTokenizer(owner, true, limit(file, owner, maxLength, side));
    } catch (ModelException e) {
      owner.close();
      throw e;
    }
  }

  private static Truncation limit(
      String file, HuggingFaceTokenizer owner, int maxLength, TruncationSide side) {
    int special = specialTokenMask(owner, "").length;
    if (maxLength <= special) {
      throw new ModelException(
          file
              + ": max_seq_length must be above the "
              + special
              + " special tokens of every text, but is "
              + maxLength);
    }
    int trail = trailing(specialTokenMask(owner, "a"), special);
    return new Truncation(maxLength, side, special - trail, trail);
  }

  /** Special tokens at the end; of a text without other tokens it is unknown, and mostly one. */
  private static int trailing(long[] mask, int special) {
    int trail = 0;
    while (trail < mask.length && mask[mask.length - 1 - trail] == 1) {
      trail++;
    }
    return mask.length > special ? trail : Math.min(1, trail);
  }

  private static long[] specialTokenMask(HuggingFaceTokenizer owner, String text) {
    long encoding = LIBRARY.encode(owner.getHandle(), text, true);
    try {
      return LIBRARY.getSpecialTokenMask(encoding);
    } finally {
      LIBRARY.deleteEncoding(encoding);
    }
  }

  /** A tokenizer that adds no special tokens and cuts nothing. */
  static FastTokenizer withoutSpecialTokens(String file, String json) {
    return new FastTokenizer(open(file, json), false, Truncation.NONE);
  }

  /** A native tokenizer that neither pads nor cuts. */
  private static HuggingFaceTokenizer open(String file, String json) {
    // A maximum of zero keeps its own rules, and its warnings about them, out of the way.
    Map<String, String> options =
        Map.of("padding", "false", "truncation", "false", "maxLength", "0");
    HuggingFaceTokenizer owner;
    try {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      owner = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options);
    } catch (IOException | RuntimeException e) {
      throw new ModelException(file + ": not a usable tokenizer (" + e.getMessage() + ")", e);
    }
    LIBRARY.disablePadding(owner.getHandle());
    LIBRARY.disableTruncation(owner.getHandle());
    return owner;
  }

  /**
   * Ids of every text, special tokens among them unless it adds none. Lone surrogates count as
   * U+FFFD.
   */
  public Tokens encode(List<String> texts) {
    return encode(TextBatch.of(texts));
  }

  /** As {@link #encode(List)}, with the prompt in front of every text. */
  public Tokens encode(TextBatch texts) {
    return texts.encode(limit, this::ids);
  }

  private Tokens ids(List<String> texts) {
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
   * Tokens that a prompt puts in front of every text: those of the prompt alone, cut as a text is,
   * without a special token at its end. The leading special tokens count.
   */
  public int promptLength(String prompt) {
    long[] special = specialTokenMask(owner, Surrogates.replaceLone(prompt));
    boolean ends = special.length > 0 && special[special.length - 1] == 1;
    int length = Math.min(special.length, limit.maxLength());
    return ends ? length - 1 : length;
  }

  /** Frees the native tokenizer; no call may be running. */
  @Override
  public void close() {
    owner.close();
  }
}
