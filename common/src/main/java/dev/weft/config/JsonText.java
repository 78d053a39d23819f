// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * A configuration file being written: keys in the order they are added, printed as the reference
 * prints them. Values are strings, numbers, booleans, lists and maps of them, and {@link Optional},
 * of which an empty one is written as null. Mutable, for one thread.
 */
public final class JsonText {
  private static final Gson PRINTER =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private final JsonObject object = new JsonObject();

  /** Adds a key. */
  public JsonText with(String key, Object value) {
    object.add(key, element(value));
    return this;
  }

  /** The file's text. */
  public String print() {
    return print(object);
  }

  /** A list as text, such as {@code modules.json} is. */
  public static String print(Collection<JsonText> items) {
    JsonArray array = new JsonArray();
    items.forEach(item -> array.add(item.object));
    return PRINTER.toJson(array) + "\n";
  }

  static String print(JsonObject object) {
    return PRINTER.toJson(object) + "\n";
  }

  static JsonElement element(Object value) {
    if (value instanceof JsonElement known) {
      return known;
    }
    if (value instanceof String text) {
      return new JsonPrimitive(text);
    }
    if (value instanceof Number number) {
      if (!Double.isFinite(number.doubleValue())) {
        throw new IllegalArgumentException("no JSON value: " + number);
      }
      return new JsonPrimitive(number);
    }
    if (value instanceof Boolean bool) {
      return new JsonPrimitive(bool);
    }
    if (value instanceof Optional<?> optional) {
      return optional.isPresent() ? element(optional.get()) : JsonNull.INSTANCE;
    }
    if (value instanceof Collection<?> items) {
      JsonArray array = new JsonArray(items.size());
      items.forEach(item -> array.add(element(item)));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      JsonObject nested = new JsonObject();
      map.forEach((key, item) -> nested.add((String) key, element(item)));
      return nested;
    }
    throw new IllegalArgumentException("no JSON value: " + value.getClass());
  }
}
