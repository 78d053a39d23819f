// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Json;
import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A causal language model read as an encoder, without its head: LLaMA (Touvron et al. 2023,
 * arXiv:2302.13971), Mistral (arXiv:2310.06825), Qwen2 (arXiv:2407.10671) and Qwen3
 * (arXiv:2505.09388):
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

  /** The relatives; they differ in which products have a bias, and in their windows. */
  enum Family {
    /** Biases where the configuration says so. */
    LLAMA,
    /** Every layer sees a window. */
    MISTRAL,
    /** Queries, keys and values have a bias. */
    QWEN2,
    /** Queries and keys are normalised. */
    QWEN3
  }

  static Encoder load(Family family, Config config, Weights weights, Scripts scripts) {
    int hidden = config.positive(4096, "hidden_size");
    Heads heads = heads(family, config, hidden);
    Names names = Names.of(weights, "model.", scripts);
    Table words = Table.load(names, "embed_tokens", config.positive(151936, "vocab_size"), hidden);
    ScriptFunction norm = RmsNorm.compile(scripts, eps(config));
    return new LayeredEncoder(
        LayeredEncoder.Outline.rotary(config, hidden, 32768),
        (ids, mask) -> words.find(ids),
        sight(family, config, heads),
        layers(family, config, names, hidden, heads, norm, scripts),
        Optional.of(RmsNorm.load(names, "norm", hidden, norm)),
        scripts);
  }

  private static Heads heads(Family family, Config config, int hidden) {
    int queries = config.positive(32, "num_attention_heads");
    int keyValues = config.positive(family == Family.MISTRAL ? 8 : queries, "num_key_value_heads");
    config.check(
        queries % keyValues == 0,
        "num_key_value_heads " + keyValues + " does not divide num_attention_heads " + queries);
    int size = family == Family.QWEN3 ? 128 : Math.max(1, hidden / queries);
    return new Heads(queries, keyValues, config.positive(size, "head_dim"));
  }

  private static RotarySight sight(Family family, Config config, Heads heads) {
    Rotary rotary = RotaryConfig.parse(config, 10_000, heads.size());
    boolean causal = config.flag(true, "is_causal");
    int window = config.positive(4096, "sliding_window");
    Visibility all = causal ? Visibility.CAUSAL : Visibility.BOTH;
    Visibility near = causal ? new Visibility(window - 1, 0) : new Visibility(window, window);
    return new RotarySight(
        kinds(family, config),
        new RotarySight.Reach(all, rotary),
        new RotarySight.Reach(near, rotary));
  }

  private static List<LayerKind> kinds(Family family, Config config) {
    int layers = layers(config);
    Json json = config.json();
    return switch (family) {
      case LLAMA -> Collections.nCopies(layers, LayerKind.FULL);
      case MISTRAL -> {
        // An absent key stands for a window of 4096, and null for none.
        boolean none = json.keys().contains("sliding_window") && !json.has("sliding_window");
        yield Collections.nCopies(layers, none ? LayerKind.FULL : LayerKind.SLIDING);
      }
      case QWEN2, QWEN3 -> {
        boolean sliding = config.flag(false, "use_sliding_window") && json.has("sliding_window");
        int from = json.findInteger("max_window_layers").orElse(28);
        yield LayerKind.parse(config, layers, i -> sliding && i >= from);
      }
    };
  }

  private static List<LayeredEncoder.Layer> layers(
      Family family,
      Config config,
      Names names,
      int hidden,
      Heads heads,
      ScriptFunction norm,
      Scripts scripts) {
    Optional<Float> normed = family == Family.QWEN3 ? Optional.of(eps(config)) : Optional.empty();
    DotProductAttention attention =
        new DotProductAttention(heads, DotProductAttention.Positions.ROTARY, normed, scripts);
    List<LayeredEncoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < layers(config); i++) {
      Names layer = names.in("layers." + i + ".");
      layers.add(
          new PreNormLayer(
              Optional.of(RmsNorm.load(layer, "input_layernorm", hidden, norm)),
              attention(family, config, layer.in("self_attn."), hidden, heads, attention),
              RmsNorm.load(layer, "post_attention_layernorm", hidden, norm),
              feedForward(family, config, layer.in("mlp."), hidden)));
    }
    return List.copyOf(layers);
  }

  private static Attention attention(
      Family family,
      Config config,
      Names names,
      int hidden,
      Heads heads,
      DotProductAttention attention) {
    boolean configured =
        (family == Family.LLAMA || family == Family.QWEN3) && config.flag(false, "attention_bias");
    boolean normed = family == Family.QWEN3;
    return new Attention(
        Linear.stack(
            names,
            hidden,
            configured || family == Family.QWEN2,
            new Linear.Part("q_proj", heads.queryWidth(), normed ? 1f : heads.scale()),
            new Linear.Part("k_proj", heads.keyValueWidth()),
            new Linear.Part("v_proj", heads.keyValueWidth())),
        normed
            ? Optional.of(Attention.norms(names, "q_norm", "k_norm", heads, heads.scale(), 0f))
            : Optional.empty(),
        attention,
        Linear.load(names, "o_proj", heads.queryWidth(), hidden, configured));
  }

  private static FeedForward feedForward(Family family, Config config, Names names, int hidden) {
    int wide = config.positive(11008, "intermediate_size");
    boolean biased = family == Family.LLAMA && config.flag(false, "mlp_bias");
    Linear in =
        Linear.stack(
            names,
            hidden,
            biased,
            new Linear.Part("gate_proj", wide),
            new Linear.Part("up_proj", wide));
    return new FeedForward.Gated(
        in,
        config.activation("silu", "hidden_act"),
        Linear.load(names, "down_proj", wide, hidden, biased));
  }

  private static int layers(Config config) {
    return config.positive(32, "num_hidden_layers");
  }

  private static float eps(Config config) {
    return config.number(1e-6, "rms_norm_eps");
  }
}
