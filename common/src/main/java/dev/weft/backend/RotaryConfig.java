// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Json;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what a {@code config.json} says about rotary positions, in either form: {@code
 * rope_parameters} (transformers 5), or {@code rope_theta} beside {@code rope_scaling} (before).
 * Scalings that are the same at every length are supported: none, {@code linear} (Chen et al. 2023,
 * arXiv:2306.15595), {@code llama3} (transformers, {@code modeling_rope_utils.py}) and the {@code
 * ntk} of Alibaba's NewModel, whose base is multiplied by the factor.
 */
final class RotaryConfig {
  private static final String NEW = "rope_parameters";
  private static final String OLD = "rope_scaling";
  private static final Set<String> TYPES = Set.of("default", "linear", "llama3");

  private RotaryConfig() {}

  /** One rotation for all layers. */
  static Rotary parse(Config config, double base, int headSize) {
    Json json = config.json();
    Json block = json.has(OLD) ? json.object(OLD) : json.object(NEW);
    double theta =
        block
            .findNumber("rope_theta")
            .or(() -> json.findNumber("rope_theta", "rotary_emb_base"))
            .orElse(base);
    return rotary(config, block, theta, headSize);
  }

  /**
   * The rotation of one kind of layer; its base had a key of its own before, and only layers that
   * see everything had a scaling.
   */
  static Rotary parse(Config config, LayerKind kind, String oldKey, double base, int headSize) {
    Json json = config.json();
    Json block =
        kind == LayerKind.FULL && json.has(OLD)
            ? json.object(OLD)
            : json.object(NEW).object(kind.key());
    double theta = block.findNumber("rope_theta").or(() -> json.findNumber(oldKey)).orElse(base);
    return rotary(config, block, theta, headSize);
  }

  private static Rotary rotary(Config config, Json block, double theta, int headSize) {
    config.check(
        headSize % 2 == 0, "rotary positions need an even head size, but it is " + headSize);
    config.check(theta > 0, "rope_theta must be positive, but is " + theta);
    double part =
        block
            .findNumber("partial_rotary_factor")
            .or(() -> config.json().findNumber("partial_rotary_factor"))
            .orElse(1.0);
    config.check(
        part == 1.0, "partial_rotary_factor " + part + " is not supported; supported: 1.0");
    String type = block.findString("rope_type", "type").orElse("default");
    boolean newModel = config.json().string("model_type").equals("new");
    if (!TYPES.contains(type) && !(newModel && type.equals("ntk"))) {
      throw config.unsupported("rope_type", type, String.join(", ", new TreeSet<>(TYPES)));
    }
    Rotary rotary = Rotary.of(theta, headSize);
    return switch (type) {
      case "linear" -> {
        float factor = (float) required(config, block, "factor");
        yield rotary.scaled(frequency -> frequency / factor);
      }
      case "ntk" -> {
        config.check(!block.has("mixed_b"), "rope_scaling with mixed_b is not supported");
        double factor = required(config, block, "factor");
        float slower = (float) Math.pow(factor, 2.0 / headSize);
        yield Rotary.of(theta * factor, headSize).scaled(frequency -> frequency / slower);
      }
      case "llama3" -> rotary.scaled(llama3(config, block));
      default -> rotary;
    };
  }

  /** Long waves are slowed down by the factor, short ones are not, between them it is mixed. */
  private static Rotary.Scaling llama3(Config config, Json block) {
    double factor = required(config, block, "factor");
    double low = required(config, block, "low_freq_factor");
    double high = required(config, block, "high_freq_factor");
    double length =
        block
            .findNumber("original_max_position_embeddings")
            .orElseGet(() -> (double) config.positive(2048, "max_position_embeddings"));
    return frequency -> {
      double wave = 2 * Math.PI / frequency;
      if (wave < length / high) {
        return frequency;
      }
      if (wave > length / low) {
        return (float) (frequency / factor);
      }
      double smooth = (length / wave - low) / (high - low);
      return (float) ((1 - smooth) * frequency / factor + smooth * frequency);
    };
  }

  private static double required(Config config, Json block, String key) {
    double value =
        block
            .findNumber(key)
            .orElseThrow(() -> config.wrong("rope scaling needs the key \"" + key + "\""));
    config.check(value > 0, key + " must be positive, but is " + value);
    return value;
  }
}
