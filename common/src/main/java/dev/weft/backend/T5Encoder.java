// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The encoder of T5 and mT5 (Raffel et al. 2019, arXiv:1910.10683; Shazeer 2020, arXiv:2002.05202):
 *
 * <pre>
 *   x₀ = word[ids]
 *   a  = x + Attention(norm(x))·Wₒ                    scores are not scaled, but biased by distance
 *   x' = a + feedForward(norm(a))                     for each layer; no bias anywhere
 *   y  = norm(x)                                      norm is {@link RmsNorm}
 * </pre>
 *
 * <p>The first layer's numbers for distances serve all layers.
 */
final class T5Encoder {
  private T5Encoder() {}

  static Encoder load(Config config, Weights weights, Scripts scripts) {
    int hidden = config.positive(512, "d_model", "hidden_size");
    Heads heads =
        Heads.of(
            config.positive(8, "num_heads", "num_attention_heads"),
            config.positive(64, "d_kv", "head_dim"));
    Names names = new Names(weights, "", scripts.product());
    Names encoder = names.in("encoder.");
    String words = names.has("shared.weight") ? "shared" : "encoder.embed_tokens";
    Table table = Table.load(names, words, config.positive(32128, "vocab_size"), hidden);
    ScriptFunction norm = RmsNorm.compile(scripts, config.number(1e-6, "layer_norm_epsilon"));
    return new LayeredEncoder(
        LayeredEncoder.Outline.unlimited(config, hidden),
        (ids, mask) -> table.find(ids),
        LayeredEncoder.Sight.same(relative(config, encoder, heads, scripts)::relations),
        layers(config, encoder, hidden, heads, norm, scripts),
        Optional.of(RmsNorm.load(encoder, "final_layer_norm", hidden, norm)),
        scripts);
  }

  private static RelativeBuckets relative(
      Config config, Names encoder, Heads heads, Scripts scripts) {
    int buckets = config.positive(32, "relative_attention_num_buckets");
    int distance = config.positive(128, "relative_attention_max_distance");
    config.check(
        buckets % 4 == 0 && distance > buckets / 4 && distance <= 1 << 20,
        "relative_attention_num_buckets "
            + buckets
            + " must be a multiple of 4, and relative_attention_max_distance "
            + distance
            + " more than a quarter of it, and at most "
            + (1 << 20));
    String name = "block.0.layer.0.SelfAttention.relative_attention_bias";
    return new RelativeBuckets(
        Table.load(encoder, name, buckets, heads.queries()), distance, scripts);
  }

  private static List<LayeredEncoder.Layer> layers(
      Config config, Names encoder, int hidden, Heads heads, ScriptFunction norm, Scripts scripts) {
    DotProductAttention attention = new DotProductAttention(heads, scripts);
    int inner = heads.queryWidth();
    List<LayeredEncoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.positive(6, "num_layers", "num_hidden_layers"); i++) {
      Names first = encoder.in("block." + i + ".layer.0.");
      Names second = encoder.in("block." + i + ".layer.1.");
      Names part = first.in("SelfAttention.");
      Linear queryKeyValue =
          Linear.stack(
              part,
              hidden,
              false,
              new Linear.Part("q", inner),
              new Linear.Part("k", inner),
              new Linear.Part("v", inner));
      layers.add(
          new PreNormLayer(
              Optional.of(RmsNorm.load(first, "layer_norm", hidden, norm)),
              Attention.of(queryKeyValue, attention, Linear.load(part, "o", inner, hidden, false)),
              RmsNorm.load(second, "layer_norm", hidden, norm),
              feedForward(config, second.in("DenseReluDense."), hidden)));
    }
    return List.copyOf(layers);
  }

  private static FeedForward feedForward(Config config, Names names, int hidden) {
    int wide = config.positive(2048, "d_ff");
    String kind = config.json().findString("feed_forward_proj").orElse("relu");
    boolean gated = kind.startsWith("gated-");
    // The reference reads this one name so, for models that were trained with the approximation.
    String name = kind.equals("gated-gelu") ? "gelu_new" : gated ? kind.substring(6) : kind;
    HiddenAct activation = HiddenAct.of(config.json().file(), "feed_forward_proj", name);
    Linear out = Linear.load(names, "wo", wide, hidden, false);
    if (!gated) {
      return new FeedForward.Plain(Linear.load(names, "wi", hidden, wide, false), activation, out);
    }
    Linear in =
        Linear.stack(
            names, hidden, false, new Linear.Part("wi_0", wide), new Linear.Part("wi_1", wide));
    return new FeedForward.Gated(in, activation, out);
  }
}
