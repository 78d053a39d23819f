// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One JSON object of a model directory, read key by key; every complaint names the file and the
 * key.
 *
 * <p>Readers take alternative keys, newest first, because a key may have been renamed between
 * releases of the reference: the first one that is present and not null counts. Immutable.
 */
public final class Json {
  private final String file;
  private final JsonObject object;

  private Json(String file, JsonObject object) {
    this.file = file;
    this.object = object;
  }

  /** An empty object, for a configuration file that may be absent. */
  public static Json empty(String file) {
    return new Json(file, new JsonObject());
  }

  /** Parses a text whose top level is an object. */
  public static Json parse(String file, String text) {
    return new Json(file, asObject(file, parseElement(file, text)));
  }

  /** Parses a text whose top level is an array of objects, as {@code modules.json} is. */
  public static List<Json> parseArray(String file, String text) {
    if (!(parseElement(file, text) instanceof JsonArray array)) {
      throw new ModelException(file + ": expected a JSON array of objects");
    }
    List<Json> items = new ArrayList<>();
    for (JsonElement item : array) {
      items.add(new Json(file, asObject(file, item)));
    }
    return List.copyOf(items);
  }

  private static JsonElement parseElement(String file, String text) {
    try {
      return JsonParser.parseString(text);
    } catch (JsonParseException | StackOverflowError e) {
      throw new ModelException(file + ": not valid JSON (" + e.getMessage() + ")", e);
    }
  }

  private static JsonObject asObject(String file, JsonElement element) {
    if (element instanceof JsonObject object) {
      return object;
    }
    throw new ModelException(file + ": expected a JSON object");
  }

  /** The file this object was read from, as it should appear in messages. */
  public String file() {
    return file;
  }

  /** The keys that are present, null values included. */
  public Set<String> keys() {
    return object.keySet();
  }

  /** Whether one of these keys is present with a value other than null. */
  public boolean has(String... keys) {
    return find(keys).isPresent();
  }

  /** A required string. */
  public String string(String... keys) {
    return findString(keys).orElseThrow(() -> missing(keys));
  }

  /** A string that may be absent. */
  public Optional<String> findString(String... keys) {
    return find(keys).map(e -> primitive(e, "a string", keys).getAsString());
  }

  /** A required whole number that fits an {@code int}. */
  public int integer(String... keys) {
    return findInteger(keys).orElseThrow(() -> missing(keys));
  }

  /** A whole number that may be absent; one above {@code int} range reads as the largest int. */
  public Optional<Integer> findInteger(String... keys) {
    return findNumber(keys)
        .map(
            value -> {
              if (value != Math.rint(value)) {
                throw wrong("a whole number", keys);
              }
              return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
            });
  }

  /** A required number. */
  public double number(String... keys) {
    return findNumber(keys).orElseThrow(() -> missing(keys));
  }

  /** A number that may be absent. */
  public Optional<Double> findNumber(String... keys) {
    return find(keys)
        .map(
            e -> {
              if (!isNumber(e)) {
                throw wrong("a number", keys);
              }
              return e.getAsDouble();
            });
  }

  /** A boolean that may be absent. */
  public Optional<Boolean> findBool(String... keys) {
    return find(keys)
        .map(
            e -> {
              if (!e.isJsonPrimitive() || !e.getAsJsonPrimitive().isBoolean()) {
                throw wrong("true or false", keys);
              }
              return e.getAsBoolean();
            });
  }

  /** A list of strings; a single string reads as a list of one, an absent key as an empty list. */
  public List<String> strings(String... keys) {
    Optional<JsonElement> found = find(keys);
    if (found.isEmpty()) {
      return List.of();
    }
    if (!(found.get() instanceof JsonArray array)) {
      return List.of(primitive(found.get(), "a string or a list of strings", keys).getAsString());
    }
    List<String> values = new ArrayList<>();
    for (JsonElement item : array) {
      values.add(primitive(item, "a list of strings", keys).getAsString());
    }
    return List.copyOf(values);
  }

  /**
   * A list of strings that may be absent. Unlike {@link #strings} it takes no lone string, and a
   * complaint names the item rather than showing the list, which may be a vocabulary.
   */
  public Optional<List<String>> findStringList(String key) {
    Optional<JsonElement> found = find(key);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (!(found.get() instanceof JsonArray array)) {
      throw new ModelException(file + ": \"" + key + "\" must be a list of strings");
    }
    String[] values = new String[array.size()];
    for (int i = 0; i < values.length; i++) {
      JsonElement item = array.get(i);
      if (!item.isJsonPrimitive() || !item.getAsJsonPrimitive().isString()) {
        throw new ModelException(
            file + ": \"" + key + "\" must be a list of strings, but item " + i + " is none");
      }
      values[i] = item.getAsString();
    }
    return Optional.of(List.of(values));
  }

  /** As {@link #findStringList}, of a key that must be present. */
  public List<String> stringList(String key) {
    return findStringList(key).orElseThrow(() -> missing(key));
  }

  /** A nested object; an absent key reads as an empty one. */
  public Json object(String key) {
    return find(key)
        .map(
            e -> {
              if (!(e instanceof JsonObject nested)) {
                throw wrong("an object", key);
              }
              return new Json(file, nested);
            })
        .orElseGet(() -> empty(file));
  }

  /** A list of objects; an absent key reads as an empty list. */
  public List<Json> objects(String key) {
    List<Json> values = new ArrayList<>();
    for (JsonElement item : array("a list of objects", key)) {
      if (!(item instanceof JsonObject nested)) {
        throw wrong("a list of objects", key);
      }
      values.add(new Json(file, nested));
    }
    return List.copyOf(values);
  }

  /** A list of whole numbers; an absent key reads as an empty list. */
  public List<Integer> integers(String... keys) {
    List<Integer> values = new ArrayList<>();
    for (JsonElement item : array("a list of whole numbers", keys)) {
      if (!isNumber(item) || item.getAsDouble() != item.getAsInt()) {
        throw wrong("a list of whole numbers", keys);
      }
      values.add(item.getAsInt());
    }
    return List.copyOf(values);
  }

  /** Every key with its value, for {@link #with}. */
  public Map<String, Object> values() {
    return new LinkedHashMap<>(object.asMap());
  }

  /** This object with other keys over it; values as {@link JsonText} takes them. */
  public Json with(Map<String, Object> overrides) {
    JsonObject copy = object.deepCopy();
    overrides.forEach((key, value) -> copy.add(key, JsonText.element(value)));
    return new Json(file, copy);
  }

  /** The object as text, for saving it again. */
  public String text() {
    return JsonText.print(object);
  }

  private JsonArray array(String expected, String... keys) {
    Optional<JsonElement> found = find(keys);
    if (found.isEmpty()) {
      return new JsonArray();
    }
    if (!(found.get() instanceof JsonArray array)) {
      throw wrong(expected, keys);
    }
    return array;
  }

  private static boolean isNumber(JsonElement element) {
    return element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber();
  }

  private Optional<JsonElement> find(String... keys) {
    for (String key : keys) {
      JsonElement value = object.get(key);
      if (value != null && !value.isJsonNull()) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  private JsonElement primitive(JsonElement element, String expected, String... keys) {
    if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
      throw wrong(expected, keys);
    }
    return element;
  }

  private ModelException missing(String... keys) {
    return new ModelException(file + ": required key \"" + keys[0] + "\" is missing");
  }

  private ModelException wrong(String expected, String... keys) {
    return new ModelException(
        file
            + ": \""
            + String.join("\" or \"", keys)
            + "\" must be "
            + expected
            + ", but is "
            + find(keys).map(JsonElement::toString).orElse("absent"));
  }
}
