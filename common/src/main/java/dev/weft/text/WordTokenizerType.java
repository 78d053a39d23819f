// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.Arrays;

/**
 * The word tokenizers there are, as {@code tokenizer_class} of {@code wordembedding_config.json}
 * names them: a Python path that moved between releases, with the class name as its last part.
 */
public enum WordTokenizerType {
  /** {@link WhitespaceTokenizer}. */
  WHITESPACE(
      "models.tokenizer.WhitespaceTokenizer.WhitespaceTokenizer",
      "whitespacetokenizer_config.json"),

  /** {@link PhraseTokenizer}. */
  PHRASE("models.tokenizer.PhraseTokenizer.PhraseTokenizer", "phrasetokenizer_config.json"),

  /** {@link TransformersTokenizerWrapper}. */
  TRANSFORMERS(
      "sentence_transformer.modules.tokenizer.word.TransformersTokenizerWrapper", "tokenizer.json");

  private static final String REFERENCE = "sentence_transformers.";

  private final String path;
  private final String file;

  WordTokenizerType(String path, String file) {
    this.path = REFERENCE + path;
    this.file = file;
  }

  /**
   * The type that a {@code tokenizer_class} of any release names.
   *
   * @param where the file it was read from, for messages
   * @throws ModelException if it names none of the reference's, listing those
   */
  public static WordTokenizerType of(String where, String path) {
    if (path.startsWith(REFERENCE)) {
      String name = className(path);
      for (WordTokenizerType type : values()) {
        if (className(type.path).equals(name)) {
          return type;
        }
      }
    }
    throw new ModelException(
        where
            + ": \"tokenizer_class\" \""
            + path
            + "\" is not known; known: "
            + Arrays.stream(values()).map(type -> type.path).toList()
            + ", and their paths in other releases; code of a model is never run");
  }

  private static String className(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /**
   * The Python path for a {@code tokenizer_class} to be written: one that every release with the
   * class resolves.
   */
  public String path() {
    return path;
  }

  /** The file, beside the module's own, that holds the tokenizer. */
  public String file() {
    return file;
  }

  /**
   * Makes the tokenizer of the content of its file.
   *
   * @param where how to name the file in messages
   * @throws ModelException if it cannot be used
   */
  public WordTokenizer parse(String where, String text) {
    return switch (this) {
      case WHITESPACE -> WhitespaceTokenizer.parse(Json.parse(where, text));
      case PHRASE -> PhraseTokenizer.parse(Json.parse(where, text));
      case TRANSFORMERS -> TransformersTokenizerWrapper.parse(where, text);
    };
  }
}
