// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.weft.config.ModelException;

/** Edits of a {@code tokenizer.json} that have to happen before the native tokenizer reads it. */
public final class TokenizerJson {
  private static final String NORMALIZER = "normalizer";

  private TokenizerJson() {}

  /**
   * The tokenizer with a Lowercase normalizer in front of its own, which is how the reference (5.4
   * on) honours {@code do_lower_case}.
   */
  public static String lowerCasing(String file, String json) {
    JsonObject root;
    try {
      root = JsonParser.parseString(json).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new ModelException(file + ": not valid JSON (" + e.getMessage() + ")", e);
    }
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
    return root.toString();
  }
}
