// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What Weft does with a {@code tokenizer.json} itself: edits that have to happen before the native
 * tokenizer reads it, and the list of its tokens.
 */
public final class TokenizerJson {
  private static final String NORMALIZER = "normalizer";
  private static final int MAX_ID = 1 << 24;

  private static final Set<String> BERT_CLASSES =
      Set.of(
          "BertTokenizer",
          "BertTokenizerFast",
          "DistilBertTokenizer",
          "DistilBertTokenizerFast",
          "ElectraTokenizer",
          "ElectraTokenizerFast",
          "MPNetTokenizer",
          "MPNetTokenizerFast");

  private TokenizerJson() {}

  /**
   * The tokenizer with a Lowercase normalizer in front of its own, which is how the reference (5.4
   * on) honours {@code do_lower_case}.
   */
  public static String lowerCasing(String file, String json) {
    JsonObject root = root(file, json);
    JsonArray chain = new JsonArray();
    JsonObject lowercase = new JsonObject();
    lowercase.addProperty("type", "Lowercase");
    chain.add(lowercase);
    JsonElement own = root.get(NORMALIZER);
    if (own != null && !own.isJsonNull()) {
      chain.add(own);
    }
    JsonObject sequence = new JsonObject();
    sequence.addProperty("type", "Sequence");
    sequence.add("normalizers", chain);
    root.add(NORMALIZER, sequence);
    return text(file, root);
  }

  /**
   * The tokenizer with the normalizer that {@code tokenizer_config.json} describes, where that
   * names a class of BERT's: such a class makes its BertNormalizer anew and does not look at the
   * file's (transformers, {@code tokenization_bert.py}).
   */
  public static String normalizing(String file, String json, Json config) {
    if (config.findString("tokenizer_class").filter(BERT_CLASSES::contains).isEmpty()) {
      return json;
    }
    JsonObject root = root(file, json);
    if (!(root.get(NORMALIZER) instanceof JsonObject normalizer)
        || !new JsonPrimitive("BertNormalizer").equals(normalizer.get("type"))) {
      return json;
    }
    normalizer.addProperty("lowercase", config.findBool("do_lower_case").orElse(true));
    normalizer.addProperty(
        "handle_chinese_chars", config.findBool("tokenize_chinese_chars").orElse(true));
    normalizer.add(
        "strip_accents",
        config
            .findBool("strip_accents")
            .<JsonElement>map(JsonPrimitive::new)
            .orElse(JsonNull.INSTANCE));
    return text(file, root);
  }

  /**
   * The tokens in id order, added ones included; an id without a token is an empty string. The
   * vocabulary of a model is an object from token to id, or, for Unigram, a list of pairs of token
   * and score in id order.
   *
   * @throws ModelException if the file does not have this form, or an id is above 2²⁴
   */
  static List<String> vocab(String file, String json) {
    SortedMap<Integer, String> tokens = new TreeMap<>();
    try {
      JsonObject root = root(file, json);
      JsonElement vocab = root.getAsJsonObject("model").get("vocab");
      if (vocab instanceof JsonArray pairs) {
        for (JsonElement pair : pairs) {
          tokens.put(tokens.size(), pair.getAsJsonArray().get(0).getAsString());
        }
      } else {
        vocab.getAsJsonObject().asMap().forEach((token, id) -> tokens.put(id.getAsInt(), token));
      }
      if (root.get("added_tokens") instanceof JsonArray added) {
        for (JsonElement token : added) {
          JsonObject fields = token.getAsJsonObject();
          tokens.put(fields.get("id").getAsInt(), fields.get("content").getAsString());
        }
      }
    } catch (IllegalStateException
        | IndexOutOfBoundsException
        | NullPointerException
        | NumberFormatException
        | UnsupportedOperationException e) {
      throw new ModelException(
          file + ": \"model\" or \"added_tokens\" is not that of a tokenizer", e);
    }
    return inIdOrder(file, tokens);
  }

  private static List<String> inIdOrder(String file, SortedMap<Integer, String> tokens) {
    if (tokens.isEmpty()) {
      return List.of();
    }
    if (tokens.firstKey() < 0 || tokens.lastKey() > MAX_ID) {
      throw new ModelException(
          file
              + ": token ids must be 0 to "
              + MAX_ID
              + ", but go from "
              + tokens.firstKey()
              + " to "
              + tokens.lastKey());
    }
    String[] words = new String[tokens.lastKey() + 1];
    Arrays.fill(words, "");
    tokens.forEach((id, token) -> words[id] = token);
    return List.of(words);
  }

  /** What can be read can be nested too deeply to be written. */
  private static String text(String file, JsonObject root) {
    try {
      return root.toString();
    } catch (StackOverflowError e) {
      throw new ModelException(file + ": not valid JSON (nested too deeply)", e);
    }
  }

  private static JsonObject root(String file, String json) {
    try {
      return JsonParser.parseString(json).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
      throw new ModelException(file + ": not valid JSON (" + e.getMessage() + ")", e);
    }
  }
}
