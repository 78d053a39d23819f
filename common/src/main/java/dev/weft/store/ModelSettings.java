// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code config_sentence_transformers.json} says.
 *
 * @param prompts texts to put in front, by name
 * @param defaultPromptName the prompt used where a call names none
 * @param truncateDim width to cut vectors to where a call says nothing
 * @param similarity {@code similarity_fn_name}: {@code cosine}, {@code dot}, {@code euclidean} or
 *     {@code manhattan}
 */
public record ModelSettings(
    Map<String, String> prompts,
    Optional<String> defaultPromptName,
    OptionalInt truncateDim,
    Optional<String> similarity) {
  /** No prompts and no defaults. */
  public static final ModelSettings DEFAULT = parse(Json.empty("settings"));

  /**
   * Copies the map, keeping its order.
   *
   * @throws IllegalArgumentException if the default is not one of the prompts, or the width is
   *     below one
   */
  public ModelSettings {
    prompts = Collections.unmodifiableMap(new LinkedHashMap<>(prompts));
    if (defaultPromptName.isPresent() && !prompts.containsKey(defaultPromptName.get())) {
      throw new IllegalArgumentException(
          "default_prompt_name \""
              + defaultPromptName.get()
              + "\" is not one of the prompts "
              + prompts.keySet());
    }
    if (truncateDim.isPresent() && truncateDim.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "\"truncate_dim\" must be at least 1, but is " + truncateDim.getAsInt());
    }
  }

  /** These settings with more prompts, and with the one that is used by default. */
  public ModelSettings withPrompts(Map<String, String> texts, Optional<String> defaultName) {
    Map<String, String> more = new LinkedHashMap<>(prompts);
    more.putAll(texts);
    return new ModelSettings(more, defaultName, truncateDim, similarity);
  }

  static ModelSettings parse(Json json) {
    // Every model has these two since 5.0, empty where its file does not name them.
    Map<String, String> prompts = new LinkedHashMap<>();
    prompts.put("query", "");
    prompts.put("document", "");
    Json map = json.object("prompts");
    for (String name : map.keys()) {
      prompts.put(name, map.findString(name).orElse(""));
    }
    Optional<Integer> truncate = json.findInteger("truncate_dim");
    try {
      return new ModelSettings(
          prompts,
          json.findString("default_prompt_name"),
          truncate.map(OptionalInt::of).orElseGet(OptionalInt::empty),
          json.findString("similarity_fn_name"));
    } catch (IllegalArgumentException e) {
      throw new ModelException(json.file() + ": " + e.getMessage(), e);
    }
  }
}
