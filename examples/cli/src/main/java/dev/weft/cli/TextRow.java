// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;

/**
 * One row of an input file.
 *
 * @param text what to embed; empty where the row has a null
 * @param columns every column of the row, the text among them
 */
public record TextRow(Optional<String> text, JsonObject columns) {

  /**
   * A row from a line of JSON.
   *
   * @param where the file and line, for messages
   * @param column which key holds the text
   * @throws IllegalArgumentException if it is no JSON object, or has no such text
   */
  public static TextRow parse(String where, String line, String column) {
    JsonElement element = element(where, line);
    if (!(element instanceof JsonObject columns)) {
      throw new IllegalArgumentException(where + ": expected a JSON object");
    }
    JsonElement text = columns.get(column);
    if (text == null) {
      throw new IllegalArgumentException(
          where + ": no \"" + column + "\" among " + columns.keySet() + "; name it with --column");
    }
    if (text.isJsonNull()) {
      return new TextRow(Optional.empty(), columns);
    }
    if (!text.isJsonPrimitive() || !text.getAsJsonPrimitive().isString()) {
      throw new IllegalArgumentException(
          where + ": \"" + column + "\" must be a string or null, but is " + text);
    }
    return new TextRow(Optional.of(text.getAsString()), columns);
  }

  private static JsonElement element(String where, String line) {
    JsonReader reader = new JsonReader(new StringReader(line));
    reader.setStrictness(Strictness.STRICT);
    try {
      JsonElement element = JsonParser.parseReader(reader);
      if (reader.peek() == JsonToken.END_DOCUMENT) {
        return element;
      }
      throw new IllegalArgumentException(where + ": more than one JSON value");
    } catch (JsonParseException | IOException e) {
      throw new IllegalArgumentException(where + ": not valid JSON", e);
    }
  }
}
