// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.List;

/**
 * A tokenizer with a vocabulary of words: what WordEmbeddings and BoW make their ids with. No text
 * is cut or padded here ({@link Tokens#cut} cuts), and what is not in the vocabulary has no id at
 * all, so a row may be empty. Implementations are immutable and thread-safe.
 */
public interface WordTokenizer extends AutoCloseable {
  /** Ids of every text, each an index into {@link #vocab}; row {@code i} is text {@code i}. */
  Tokens encode(List<String> texts);

  /**
   * The vocabulary in id order. A word may stand in it twice: texts then get the later id, and the
   * earlier one is a row of the embeddings that nothing points to.
   */
  List<String> vocab();

  /** What it is called in a model directory, and the file it is kept in. */
  WordTokenizerType type();

  /** The content of the file {@link WordTokenizerType#file}; the same at every call. */
  String text();

  /** Frees what is native; no call may be running. Does nothing where nothing is. */
  @Override
  default void close() {}
}
