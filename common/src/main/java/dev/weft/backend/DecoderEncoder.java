// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A causal language model read as an encoder, without its head: Qwen3 (arXiv:2505.09388) and its
 * relatives, on the plan of LLaMA (Touvron et al. 2023, arXiv:2302.13971):
 *
 * <pre>
 *   x₀ = word[ids]
 *   a  = x + Attention(norm(x))·Wₒ        rotary positions, grouped key and value heads
 *   x' = a + SwiGLU(norm(a))              for each layer
 *   y  = norm(x)                          norm is {@link RmsNorm}
 * </pre>
 *
 * <p>With {@code is_causal: false} every token sees every other, as the reference has it.
 */
final class DecoderEncoder {
  private DecoderEncoder() {}

  /** The relatives; they differ in little more than which products have a bias. */
  enum Family {
    /** Queries and keys are normalised. */
    QWEN3
  }

  static Encoder load(Family family, Config config, Weights weights, Scripts scripts) {
    int hidden = config.positive(4096, "hidden_size");
    Heads heads = heads(family, config, hidden);
    Names names = Names.of(weights, "model.");
    Table words = Table.load(names, "embed_tokens", config.positive(151936, "vocab_size"), hidden);
    ScriptFunction norm = RmsNorm.compile(scripts, eps(config));
    return new LayeredEncoder(
        LayeredEncoder.Outline.rotary(config, hidden, 32768),
        (ids, mask) -> words.find(ids),
        sight(config, heads),
        layers(config, names, hidden, heads, norm, scripts),
        Optional.of(RmsNorm.load(names, "norm", hidden, norm)),
        scripts);
  }

  private static Heads heads(Family family, Config config, int hidden) {
    int queries = config.positive(32, "num_attention_heads");
    int keyValues = config.positive(queries, "num_key_value_heads");
    config.check(
        queries % keyValues == 0,
        "num_key_value_heads " + keyValues + " does not divide num_attention_heads " + queries);
    int size = family == Family.QWEN3 ? 128 : Math.max(1, hidden / queries);
    return new Heads(queries, keyValues, config.positive(size, "head_dim"));
  }

  private static RotarySight sight(Config config, Heads heads) {
    int from = config.json().findInteger("max_window_layers").orElse(28);
    boolean sliding = config.flag(false, "use_sliding_window");
    List<LayerKind> kinds = LayerKind.parse(config, layers(config), i -> sliding && i >= from);
    boolean causal = config.flag(true, "is_causal");
    Rotary rotary = RotaryConfig.parse(config, 10_000, heads.size());
    int window = config.positive(4096, "sliding_window");
    Visibility all = causal ? Visibility.CAUSAL : Visibility.BOTH;
    Visibility near = causal ? new Visibility(window - 1, 0) : new Visibility(window, window);
    return new RotarySight(
        kinds, new RotarySight.Reach(all, rotary), new RotarySight.Reach(near, rotary));
  }

  private static List<LayeredEncoder.Layer> layers(
      Config config, Names names, int hidden, Heads heads, ScriptFunction norm, Scripts scripts) {
    int wide = config.positive(22016, "intermediate_size");
    HiddenAct activation = config.activation("silu", "hidden_act");
    boolean biased = config.flag(false, "attention_bias");
    DotProductAttention attention =
        new DotProductAttention(
            heads, DotProductAttention.Positions.ROTARY, Optional.of(eps(config)), scripts);
    List<LayeredEncoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < layers(config); i++) {
      Names layer = names.in("layers." + i + ".");
      Names part = layer.in("self_attn.");
      Linear queryKeyValue =
          Linear.stack(
              part,
              hidden,
              biased,
              new Linear.Part("q_proj", heads.queryWidth()),
              new Linear.Part("k_proj", heads.keyValueWidth()),
              new Linear.Part("v_proj", heads.keyValueWidth()));
      layers.add(
          new PreNormLayer(
              Optional.of(RmsNorm.load(layer, "input_layernorm", hidden, norm)),
              new Attention(
                  queryKeyValue,
                  Optional.of(Attention.norms(part, "q_norm", "k_norm", heads, heads.scale())),
                  attention,
                  Linear.load(part, "o_proj", heads.queryWidth(), hidden, biased)),
              RmsNorm.load(layer, "post_attention_layernorm", hidden, norm),
              new FeedForward.Gated(
                  Linear.stack(
                      layer.in("mlp."),
                      hidden,
                      false,
                      new Linear.Part("gate_proj", wide),
                      new Linear.Part("up_proj", wide)),
                  activation,
                  Linear.load(layer, "mlp.down_proj", wide, hidden, false))));
    }
    return List.copyOf(layers);
  }

  private static int layers(Config config) {
    return config.positive(32, "num_hidden_layers");
  }

  private static float eps(Config config) {
    return config.number(1e-6, "rms_norm_eps");
  }
}
