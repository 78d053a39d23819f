// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** What the attention of a layer sees, by the words of {@code layer_types}. */
enum LayerKind {
  FULL("full_attention"),
  SLIDING("sliding_attention");

  private final String key;

  LayerKind(String key) {
    this.key = key;
  }

  /** The word in configurations. */
  String key() {
    return key;
  }

  /**
   * The kind of every layer: {@code layer_types}, or by the layer's number in older files.
   *
   * @param sliding which layers slide where the file does not list them
   */
  static List<LayerKind> parse(Config config, int layers, IntPredicate sliding) {
    Json json = config.json();
    List<String> words = json.strings("layer_types");
    List<LayerKind> kinds = new ArrayList<>();
    if (words.isEmpty()) {
      for (int i = 0; i < layers; i++) {
        kinds.add(sliding.test(i) ? SLIDING : FULL);
      }
      return List.copyOf(kinds);
    }
    config.check(
        words.size() == layers,
        "layer_types names " + words.size() + " layers, num_hidden_layers is " + layers);
    for (String word : words) {
      if (!word.equals(FULL.key) && !word.equals(SLIDING.key)) {
        throw config.unsupported("layer_types", word, FULL.key + ", " + SLIDING.key);
      }
      kinds.add(word.equals(FULL.key) ? FULL : SLIDING);
    }
    return List.copyOf(kinds);
  }
}
