// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The text model of Gemma 3 (Gemma Team 2025, arXiv:2503.19786) without its head, and
 * EmbeddingGemma (arXiv:2509.20354), which looks in both directions:
 *
 * <pre>
 *   x₀ = √H · word[ids]
 *   a  = x + norm(Attention(norm(x))·Wₒ)     queries and keys normalised, then rotary
 *   x' = a + norm(GeGLU(norm(a)))            for each layer
 *   y  = norm(x)                             norm is {@link RmsNorm} with the weights 1 + γ
 * </pre>
 *
 * <p>Layers that see everything stand between others that see a window, with another rotary base.
 */
final class Gemma3Encoder {
  private Gemma3Encoder() {}

  static Encoder load(Config config, Weights weights, Scripts scripts) {
    config.only("is_causal", true);
    config.check(
        !config.json().has("attn_logit_softcapping"),
        "attn_logit_softcapping is not supported; supported: null");
    int hidden = config.positive(2304, "hidden_size");
    Heads heads = heads(config);
    Names names = Names.of(weights, "model.", scripts);
    Table words = Table.load(names, "embed_tokens", config.positive(262208, "vocab_size"), hidden);
    words.rows().muli((float) Math.sqrt(hidden));
    Norms norms = new Norms(hidden, RmsNorm.compile(scripts, eps(config)));
    return new LayeredEncoder(
        LayeredEncoder.Outline.rotary(config, hidden, 131072),
        (ids, mask) -> words.find(ids),
        sight(config, heads),
        layers(config, names, hidden, heads, norms, scripts),
        Optional.of(norms.load(names, "norm")),
        scripts);
  }

  private static Heads heads(Config config) {
    int queries = config.positive(8, "num_attention_heads");
    int keyValues = config.positive(4, "num_key_value_heads");
    config.check(
        queries % keyValues == 0,
        "num_key_value_heads " + keyValues + " does not divide num_attention_heads " + queries);
    return new Heads(queries, keyValues, config.positive(256, "head_dim"));
  }

  private static RotarySight sight(Config config, Heads heads) {
    int pattern = config.positive(6, "sliding_window_pattern");
    List<LayerKind> kinds = LayerKind.parse(config, layers(config), i -> (i + 1) % pattern != 0);
    boolean both = config.flag(false, "use_bidirectional_attention");
    int window = config.positive(4096, "sliding_window");
    Visibility near = both ? new Visibility(window / 2, window / 2) : new Visibility(window - 1, 0);
    return new RotarySight(
        kinds,
        new RotarySight.Reach(
            both ? Visibility.BOTH : Visibility.CAUSAL,
            RotaryConfig.parse(config, LayerKind.FULL, "rope_theta", 1_000_000, heads.size())),
        new RotarySight.Reach(
            near,
            RotaryConfig.parse(
                config, LayerKind.SLIDING, "rope_local_base_freq", 10_000, heads.size())));
  }

  private static List<LayeredEncoder.Layer> layers(
      Config config, Names names, int hidden, Heads heads, Norms norms, Scripts scripts) {
    int wide = config.positive(9216, "intermediate_size");
    HiddenAct activation = config.activation("gelu_pytorch_tanh", "hidden_activation");
    boolean biased = config.flag(false, "attention_bias");
    float scale = (float) (1 / Math.sqrt(config.number(256, "query_pre_attn_scalar")));
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
      Linear gateUp =
          Linear.stack(
              layer.in("mlp."),
              hidden,
              false,
              new Linear.Part("gate_proj", wide),
              new Linear.Part("up_proj", wide));
      layers.add(
          new SandwichNormLayer(
              norms.load(layer, "input_layernorm"),
              new Attention(
                  queryKeyValue,
                  Optional.of(Attention.norms(part, "q_norm", "k_norm", heads, scale, 1f)),
                  attention,
                  Linear.load(part, "o_proj", heads.queryWidth(), hidden, biased)),
              norms.load(layer, "post_attention_layernorm"),
              norms.load(layer, "pre_feedforward_layernorm"),
              new FeedForward.Gated(
                  gateUp, activation, Linear.load(layer, "mlp.down_proj", wide, hidden, false)),
              norms.load(layer, "post_feedforward_layernorm")));
    }
    return List.copyOf(layers);
  }

  private static int layers(Config config) {
    return config.positive(26, "num_hidden_layers");
  }

  private static float eps(Config config) {
    return config.number(1e-6, "rms_norm_eps");
  }

  /** Norms whose file holds what is added to one. */
  private record Norms(int hidden, ScriptFunction function) {
    Norm load(Names names, String name) {
      NDArray gamma = names.tensor(name + ".weight", hidden);
      return new RmsNorm(gamma.addi(1f), function);
    }
  }
}
