// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Json;
import java.util.Set;

/** What a configuration says of the positions of a graph, which does not say it itself. */
final class GraphPositions {
  /** Positions are a table whose first {@code padding_idx + 1} rows no token uses. */
  private static final Set<String> FROM_PADDING =
      Set.of("camembert", "mpnet", "roberta", "xlm-roberta");

  private GraphPositions() {}

  /** Learned positions, unless a key tells of rotary or relative ones, or there is no number. */
  static LayeredEncoder.Outline outline(Json config, int hidden) {
    String type = config.findString("model_type").orElse("unknown");
    int rows = config.findInteger("max_position_embeddings", "n_positions").orElse(0);
    if (rows < 1) {
      return new LayeredEncoder.Outline(type, hidden, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }
    int below = FROM_PADDING.contains(type) ? config.findInteger("pad_token_id").orElse(1) + 1 : 0;
    int max = Math.max(1, rows - Math.max(0, below));
    return new LayeredEncoder.Outline(
        type, hidden, max, isComputed(config) ? Integer.MAX_VALUE : max);
  }

  private static boolean isComputed(Json config) {
    boolean rotary =
        config.keys().stream()
            .anyMatch(key -> key.startsWith("rope_") || key.startsWith("rotary_"));
    boolean relative =
        config.findBool("relative_attention").orElse(false)
            && !config.findBool("position_biased_input").orElse(true);
    return rotary || relative || config.has("global_rope_theta");
  }
}
