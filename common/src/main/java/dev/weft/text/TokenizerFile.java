// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.weft.config.ModelException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What of a {@code tokenizer.json} has to be known outside the native library, which reads the file
 * too and refuses what is not well formed. Immutable.
 */
final class TokenizerFile {
  /** Far above any vocabulary there is; the table of pieces counts its nodes in 24 bits. */
  private static final long MAX_VOCABULARY_CHARS = 1 << 23;

  private static final List<String> KNOWN_PROCESSORS =
      List.of("BertProcessing", "TemplateProcessing");

  private final String file;
  private final JsonObject root;

  private TokenizerFile(String file, JsonObject root) {
    this.file = file;
    this.root = root;
  }

  static TokenizerFile parse(String file, String json) {
    try {
      return new TokenizerFile(file, JsonParser.parseString(json).getAsJsonObject());
    } catch (JsonParseException | IllegalStateException e) {
      throw new ModelException(file + ": not valid JSON (" + e.getMessage() + ")", e);
    }
  }

  /**
   * The truncation block. Of a single text without special tokens only the length and the direction
   * matter; strategy and stride say what becomes of pairs and of the tokens cut off.
   */
  Truncation truncation() {
    JsonObject block = object(root, "truncation");
    if (block.size() == 0) {
      return Truncation.NONE;
    }
    boolean left = text(block, "direction").orElse("Right").equals("Left");
    return new Truncation(
        count(block, "max_length"), left ? TruncationSide.LEFT : TruncationSide.RIGHT, 0, 0);
  }

  /** A count that the native library reads with 64 bits; what is above an int reads as its end. */
  private static int count(JsonObject part, String key) {
    return (int) Math.min(Integer.MAX_VALUE, part.get(key).getAsDouble());
  }

  /** One more than the largest id it can give. Added tokens are numbered after the model's own. */
  int vocabularySize() {
    JsonElement vocabulary = object(root, "model").get("vocab");
    Set<String> names = new HashSet<>();
    long size = 0;
    if (vocabulary instanceof JsonObject map) {
      names = map.keySet();
      for (Map.Entry<String, JsonElement> entry : map.entrySet()) {
        size = Math.max(size, 1 + entry.getValue().getAsLong());
      }
      size = Math.max(size, map.size());
    } else if (vocabulary instanceof JsonArray list) {
      for (JsonElement entry : list) {
        names.add(entry.getAsJsonArray().get(0).getAsString());
      }
      size = list.size();
    }
    for (JsonObject token : addedTokens()) {
      size += names.contains(content(token)) ? 0 : 1;
    }
    if (size > Integer.MAX_VALUE) {
      throw new ModelException(file + ": has ids up to " + (size - 1) + ", which is too many");
    }
    return (int) size;
  }

  private List<JsonObject> addedTokens() {
    return root.get("added_tokens") instanceof JsonArray tokens
        ? tokens.asList().stream().map(JsonElement::getAsJsonObject).toList()
        : List.of();
  }

  private static String content(JsonObject token) {
    return token.get("content").getAsString();
  }

  /**
   * This file, unless its model cannot say what an unknown word is: at the first one, the native
   * library would end the process. BPE may name no such token, and leaves out what it does not
   * know.
   */
  TokenizerFile withUnknown() {
    JsonObject model = object(root, "model");
    String missing = "";
    boolean names = isType(model, "BPE") && text(model, "unk_token").isPresent();
    if (isType(model, "WordPiece") || isType(model, "WordLevel") || names) {
      String token = text(model, "unk_token").orElse("");
      missing = object(model, "vocab").has(token) ? "" : "unk_token \"" + token + "\"";
    } else if (isType(model, "Unigram")) {
      missing = text(model, "unk_id").isPresent() ? "" : "unk_id";
    }
    if (!missing.isEmpty()) {
      throw new ModelException(
          file
              + ": the model's "
              + missing
              + " is not in its vocabulary; without a token for unknown words it cannot be used");
    }
    return this;
  }

  /** The faster way to encode ASCII texts, if this is a tokenizer of BERT's kind. */
  Optional<AsciiWordPiece> wordPiece() {
    JsonObject model = object(root, "model");
    JsonObject normalizer = object(root, "normalizer");
    boolean bert =
        isType(model, "WordPiece")
            && isType(normalizer, "BertNormalizer")
            && isType(object(root, "pre_tokenizer"), "BertPreTokenizer")
            && keepsSingleTexts(object(root, "post_processor"));
    Set<Character> beginnings = new HashSet<>();
    for (JsonObject token : addedTokens()) {
      String content = content(token);
      bert &= AsciiWordPiece.canStandAside(content);
      content.chars().limit(1).forEach(c -> beginnings.add((char) c));
    }
    if (!bert
        || !(model.get("vocab") instanceof JsonObject vocab)
        || vocab.keySet().stream().mapToLong(String::length).sum() > MAX_VOCABULARY_CHARS) {
      return Optional.empty();
    }
    Map<String, Integer> vocabulary = new HashMap<>();
    vocab.entrySet().forEach(e -> vocabulary.put(e.getKey(), e.getValue().getAsInt()));
    Optional<Integer> unknown = text(model, "unk_token").map(vocabulary::get);
    Optional<String> prefix = text(model, "continuing_subword_prefix");
    if (unknown.isEmpty() || prefix.isEmpty() || !prefix.get().chars().allMatch(c -> c < 128)) {
      return Optional.empty();
    }
    int maxWord = count(model, "max_input_chars_per_word");
    boolean lowerCase = normalizer.get("lowercase").getAsBoolean();
    return Optional.of(
        new AsciiWordPiece(
            vocabulary,
            new AsciiWordPiece.Rules(unknown.get(), prefix.get(), maxWord, lowerCase),
            beginnings));
  }

  /** Whether nothing but special tokens is put around a single text. */
  private static boolean keepsSingleTexts(JsonObject processor) {
    if (processor.size() == 0 || !isType(processor, "TemplateProcessing")) {
      return processor.size() == 0 || KNOWN_PROCESSORS.stream().anyMatch(t -> isType(processor, t));
    }
    return processor.get("single") instanceof JsonArray pieces
        && pieces.asList().stream().filter(p -> p.getAsJsonObject().has("Sequence")).count() == 1;
  }

  private static boolean isType(JsonObject part, String type) {
    return text(part, "type").filter(type::equals).isPresent();
  }

  private static Optional<String> text(JsonObject part, String key) {
    JsonElement value = part.get(key);
    return value == null || value.isJsonNull()
        ? Optional.empty()
        : Optional.of(value.getAsString());
  }

  private static JsonObject object(JsonObject part, String key) {
    return part.get(key) instanceof JsonObject object ? object : new JsonObject();
  }
}
