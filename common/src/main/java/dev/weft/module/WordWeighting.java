// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.text.PythonText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Weights of words, such as their inverse document frequency: {@code word_weights} and {@code
 * unknown_word_weight} of BoW and WordWeights. A word of a vocabulary weighs what stands under it
 * as it is, else under its lower case, else what unknown words weigh. Immutable.
 *
 * @param weights by word; may know other words than a vocabulary
 * @param unknown the weight of all others
 */
public record WordWeighting(Map<String, Double> weights, double unknown) {
  /** Every word weighs one. */
  public static final WordWeighting NONE = new WordWeighting(Map.of(), 1);

  static final String WEIGHTS = "word_weights";
  static final String UNKNOWN = "unknown_word_weight";

  private static final Logger LOG = LoggerFactory.getLogger(WordWeighting.class);

  /** Copies the map, keeping its order. */
  public WordWeighting {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /** Other words weigh one. */
  public static WordWeighting of(Map<String, Double> weights) {
    return new WordWeighting(weights, 1);
  }

  static WordWeighting parse(Json config) {
    Json weights = config.object(WEIGHTS);
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (String word : weights.keys()) {
      numbers.put(word, weights.number(word));
    }
    return new WordWeighting(numbers, config.findNumber(UNKNOWN).orElse(1.0));
  }

  JsonText write(JsonText config) {
    return config.with(WEIGHTS, weights).with(UNKNOWN, unknown);
  }

  /** The weight of every word of a vocabulary. */
  float[] of(List<String> vocab) {
    float[] values = new float[vocab.size()];
    int without = 0;
    for (int i = 0; i < values.length; i++) {
      String word = vocab.get(i);
      Double weight = weights.get(word);
      if (weight == null) {
        weight = weights.get(PythonText.lower(word));
      }
      if (weight == null) {
        weight = unknown;
        without++;
      }
      values[i] = weight.floatValue();
    }
    LOG.info("{} of {} words have no weight and get {}", without, values.length, unknown);
    return values;
  }
}
