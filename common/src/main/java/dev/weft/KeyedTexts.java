// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Texts that say by a key which route of an Asym or Router they take: the dictionaries {@code
 * {"query": "a text"}} of the reference. All of one call have the same key.
 *
 * @param key the task of the call
 * @param texts the texts, in their order
 */
public record KeyedTexts(String key, List<String> texts) {
  /**
   * Takes the key off every text.
   *
   * @param inputs one entry each
   * @throws IllegalArgumentException if an input has not exactly one entry, if keys differ, or if
   *     there is no input
   */
  public static KeyedTexts of(List<Map<String, String>> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("there is no input, so no key; give at least one");
    }
    Set<String> keys = new LinkedHashSet<>();
    for (Map<String, String> input : inputs) {
      if (input.size() != 1) {
        throw new IllegalArgumentException(
            "an input must hold one key with its text, but holds the keys " + input.keySet());
      }
      keys.addAll(input.keySet());
    }
    if (keys.size() != 1) {
      throw new IllegalArgumentException(
          "You cannot pass a list of dictionaries with different task types: "
              + keys
              + "; make one call for each, or pass plain texts and a task");
    }
    String key = keys.iterator().next();
    return new KeyedTexts(key, inputs.stream().map(input -> input.get(key)).toList());
  }
}
