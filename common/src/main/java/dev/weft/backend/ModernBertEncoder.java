// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ModernBERT (Warner et al. 2024, arXiv:2412.13663): norms before the parts of a layer, rotary
 * positions, GeGLU, and layers that see everything between others that see a window around each
 * token, with another rotary base.
 */
final class ModernBertEncoder {
  private ModernBertEncoder() {}

  static Encoder load(Config config, Weights weights, Scripts scripts) {
    config.check(!config.json().has("rope_scaling"), "rope_scaling is not supported here");
    int hidden = config.positive(768, "hidden_size");
    Heads heads = Heads.parse(config, "num_attention_heads", 12, "hidden_size", hidden);
    Names names = Names.of(weights, "model.", scripts);
    Table words =
        Table.load(
            names, "embeddings.tok_embeddings", config.positive(50368, "vocab_size"), hidden);
    Norm norm = norm(config, names, "embeddings.norm", hidden);
    return new LayeredEncoder(
        LayeredEncoder.Outline.rotary(config, hidden, 8192),
        (ids, mask) -> {
          try (NDArray rows = words.find(ids)) {
            return norm.apply(rows);
          }
        },
        sight(config, heads),
        layers(config, names, hidden, heads, scripts),
        Optional.of(norm(config, names, "final_norm", hidden)),
        scripts);
  }

  private static RotarySight sight(Config config, Heads heads) {
    int every = config.positive(3, "global_attn_every_n_layers");
    List<LayerKind> kinds = LayerKind.parse(config, layers(config), i -> i % every != 0);
    int reach = config.positive(128, "local_attention") / 2;
    int size = heads.size();
    return new RotarySight(
        kinds,
        new RotarySight.Reach(
            Visibility.BOTH,
            RotaryConfig.parse(config, LayerKind.FULL, "global_rope_theta", 160_000, size)),
        new RotarySight.Reach(
            new Visibility(reach, reach),
            RotaryConfig.parse(config, LayerKind.SLIDING, "local_rope_theta", 10_000, size)));
  }

  private static List<LayeredEncoder.Layer> layers(
      Config config, Names names, int hidden, Heads heads, Scripts scripts) {
    boolean attentionBias = config.flag(false, "attention_bias");
    boolean mlpBias = config.flag(false, "mlp_bias");
    int wide = config.positive(1152, "intermediate_size");
    HiddenAct activation = config.activation("gelu", "hidden_activation");
    DotProductAttention attention =
        new DotProductAttention(
            heads, DotProductAttention.Positions.ROTARY, Optional.empty(), scripts);
    List<LayeredEncoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < layers(config); i++) {
      Names layer = names.in("layers." + i + ".");
      layers.add(
          new PreNormLayer(
              // The embeddings end in a norm already.
              i == 0 ? Optional.empty() : Optional.of(norm(config, layer, "attn_norm", hidden)),
              Attention.of(
                  Linear.fused(layer, "attn.Wqkv", hidden, heads, attentionBias),
                  attention,
                  Linear.load(layer, "attn.Wo", hidden, hidden, attentionBias)),
              norm(config, layer, "mlp_norm", hidden),
              new FeedForward.Gated(
                  Linear.load(layer, "mlp.Wi", hidden, 2 * wide, mlpBias),
                  activation,
                  Linear.load(layer, "mlp.Wo", wide, hidden, mlpBias))));
    }
    return List.copyOf(layers);
  }

  private static int layers(Config config) {
    return config.positive(22, "num_hidden_layers");
  }

  private static Norm norm(Config config, Names names, String name, int hidden) {
    float eps = config.number(1e-5, "norm_eps");
    return config.flag(false, "norm_bias")
        ? LayerNorm.load(names, name, hidden, eps)
        : LayerNorm.loadUnbiased(names, name, hidden, eps);
  }
}
