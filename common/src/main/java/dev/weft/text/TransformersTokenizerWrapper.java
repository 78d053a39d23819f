// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.List;

/**
 * A Hugging Face tokenizer in the place of a word tokenizer: ids with special tokens, neither cut
 * nor padded. Owns the native tokenizer; thread-safe until it is closed. Follows the reference's
 * 6.2, {@code modules/tokenizer/word.py}; releases 5.0 to 6.0 took the first id alone.
 */
public final class TransformersTokenizerWrapper implements WordTokenizer {
  private final FastTokenizer tokenizer;
  private final List<String> vocab;
  private final String json;

  private TransformersTokenizerWrapper(FastTokenizer tokenizer, List<String> vocab, String json) {
    this.tokenizer = tokenizer;
    this.vocab = vocab;
    this.json = json;
  }

  /**
   * Makes a tokenizer.
   *
   * @param file how to name the source in messages
   * @param json the text of {@code tokenizer.json}
   * @throws dev.weft.config.ModelException if it is no usable tokenizer
   */
  public static TransformersTokenizerWrapper parse(String file, String json) {
    FastTokenizer tokenizer = FastTokenizer.parse(file, json, Integer.MAX_VALUE);
    try {
      return new TransformersTokenizerWrapper(tokenizer, TokenizerJson.vocab(file, json), json);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  @Override
  public Tokens encode(List<String> texts) {
    return tokenizer.encode(texts);
  }

  /** The tokens in id order, added ones included; empty where no token has the id. */
  @Override
  public List<String> vocab() {
    return vocab;
  }

  @Override
  public WordTokenizerType type() {
    return WordTokenizerType.TRANSFORMERS;
  }

  /** The {@code tokenizer.json} it was made of. */
  @Override
  public String text() {
    return json;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
