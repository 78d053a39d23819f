// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * BERT with rotary positions and a gated feed-forward part: Nomic Embed (Nussbaum et al. 2024,
 * arXiv:2402.01613) and GTE (Zhang et al. 2024, arXiv:2407.19669), whose own code calls itself
 * NewModel. Tensors may have the names of the models' own code or those of transformers 5.
 */
final class RotaryBertEncoder {
  private RotaryBertEncoder() {}

  /** The two models, the second of them in two forms. */
  enum Family {
    /** No bias outside of norms. */
    NOMIC("nomic_bert.", 2, 1_000, 2048),
    /** A bias everywhere but in the gated products; of transformers 5. */
    GTE("gte.", 1, 160_000, 8192),
    /** The same, by Alibaba's own code. */
    NEW("new.", 1, 10_000, 8192);

    private final String prefix;
    private final int types;
    private final double base;
    private final int positions;

    Family(String prefix, int types, double base, int positions) {
      this.prefix = prefix;
      this.types = types;
      this.base = base;
      this.positions = positions;
    }
  }

  static Encoder load(Family family, Config config, Weights weights, Scripts scripts) {
    refuseWhatIsNotRun(config);
    int hidden = config.positive(768, "hidden_size", "n_embd");
    int queries = config.positive(12, "num_attention_heads", "n_head");
    config.check(
        hidden % queries == 0,
        "hidden_size " + hidden + " is not a multiple of num_attention_heads " + queries);
    Heads heads = Heads.of(queries, config.positive(hidden / queries, "head_dim"));
    Names names = Names.of(weights, family.prefix, scripts);
    RotaryBertNames style = RotaryBertNames.of(names);
    int layers = config.positive(12, "num_hidden_layers", "n_layer");
    Rotary rotary = RotaryConfig.parse(config, family.base, heads.size());
    RotarySight.Reach reach = new RotarySight.Reach(Visibility.BOTH, rotary);
    return new LayeredEncoder(
        LayeredEncoder.Outline.rotary(config, hidden, family.positions),
        embeddings(family, config, names, style, hidden),
        new RotarySight(Collections.nCopies(layers, LayerKind.FULL), reach, reach),
        layers(family, config, names, style, hidden, heads, layers, scripts),
        Optional.empty(),
        scripts);
  }

  private static void refuseWhatIsNotRun(Config config) {
    config.only("position_embedding_type", "rope", "rotary");
    config.only("layer_norm_type", "layer_norm");
    config.only("pack_qkv", true);
    config.only("logn_attention_scale", false);
    config.only("prenorm", false);
    config.only("parallel_block", false);
    config.only("use_rms_norm", false);
    config.only("causal", false);
    config.only("qkv_proj_bias", false);
    config.only("mlp_fc1_bias", false);
    config.only("mlp_fc2_bias", false);
    config.only("rotary_emb_interleaved", false);
    config.only("activation_function", "swiglu");
    double part = config.json().findNumber("rotary_emb_fraction").orElse(1.0);
    config.check(part == 1.0, "rotary_emb_fraction " + part + " is not supported; supported: 1.0");
    for (String key : List.of("rotary_scaling_factor", "rotary_emb_scale_base")) {
      config.check(
          !config.json().has(key), key + " is not supported; supported: null. Remove the key");
    }
  }

  private static LayeredEncoder.Embeddings embeddings(
      Family family, Config config, Names names, RotaryBertNames style, int hidden) {
    Names part = names.in("embeddings.");
    Table words = Table.load(part, "word_embeddings", config.positive(30522, "vocab_size"), hidden);
    int types = config.json().findInteger("type_vocab_size").orElse(family.types);
    if (types > 0) {
      // Every text is segment 0.
      try (NDArray table = part.tensor("token_type_embeddings.weight", types, hidden);
          NDArray first = table.get(0)) {
        words.rows().addi(first);
      }
    }
    Norm norm = LayerNorm.load(names, style.embeddingNorm(), hidden, eps(config));
    return (ids, mask) -> {
      try (NDArray rows = words.find(ids)) {
        return norm.apply(rows);
      }
    };
  }

  private static List<LayeredEncoder.Layer> layers(
      Family family,
      Config config,
      Names names,
      RotaryBertNames style,
      int hidden,
      Heads heads,
      int count,
      Scripts scripts) {
    DotProductAttention attention =
        new DotProductAttention(
            heads, DotProductAttention.Positions.ROTARY, Optional.empty(), scripts);
    boolean biased = family != Family.NOMIC;
    int wide = config.positive(3072, "intermediate_size", "n_inner");
    HiddenAct activation = config.activation(biased ? "gelu" : "silu", "hidden_act");
    List<LayeredEncoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Names layer = names.in(style.layer() + i + ".");
      layers.add(
          new PostNormLayer(
              Attention.of(
                  style.queryKeyValue(layer, hidden, heads, biased),
                  attention,
                  Linear.load(layer, style.output(), heads.queryWidth(), hidden, biased)),
              LayerNorm.load(layer, style.attentionNorm(), hidden, eps(config)),
              new FeedForward.Gated(
                  style.gateAndUp(layer, hidden, wide),
                  activation,
                  Linear.load(layer, style.down(), wide, hidden, biased)),
              LayerNorm.load(layer, style.outputNorm(), hidden, eps(config))));
    }
    return List.copyOf(layers);
  }

  private static float eps(Config config) {
    return config.number(1e-12, "layer_norm_eps", "layer_norm_epsilon");
  }
}
