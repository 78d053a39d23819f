// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

/** What the tensors of a {@link RotaryBertEncoder} are called. */
enum RotaryBertNames {
  /** As transformers 5 has them in memory. */
  TRANSFORMERS(
      "embeddings.LayerNorm",
      "layers.",
      "self_attn.o_proj",
      "post_attention_layernorm",
      "mlp.down_proj",
      "post_mlp_layernorm") {
    @Override
    Linear queryKeyValue(Names layer, int hidden, Heads heads, boolean biased) {
      return Linear.stack(
          layer.in("self_attn."),
          hidden,
          biased,
          new Linear.Part("q_proj", heads.queryWidth(), heads.scale()),
          new Linear.Part("k_proj", heads.keyValueWidth()),
          new Linear.Part("v_proj", heads.keyValueWidth()));
    }

    @Override
    Linear gateAndUp(Names layer, int hidden, int wide) {
      return Linear.stack(
          layer.in("mlp."),
          hidden,
          false,
          new Linear.Part("gate_proj", wide),
          new Linear.Part("up_proj", wide));
    }
  },
  /** As NewModel writes them. */
  NEW(
      "embeddings.LayerNorm",
      "encoder.layer.",
      "attention.o_proj",
      "attn_ln",
      "mlp.down_proj",
      "mlp_ln") {
    @Override
    Linear queryKeyValue(Names layer, int hidden, Heads heads, boolean biased) {
      return Linear.fused(layer, "attention.qkv_proj", hidden, heads, biased);
    }

    @Override
    Linear gateAndUp(Names layer, int hidden, int wide) {
      return Linear.swapped(layer, "mlp.up_gate_proj", hidden, wide);
    }
  },
  /** As Nomic's code writes them. */
  NOMIC("emb_ln", "encoder.layers.", "attn.out_proj", "norm1", "mlp.fc2", "norm2") {
    @Override
    Linear queryKeyValue(Names layer, int hidden, Heads heads, boolean biased) {
      return Linear.fused(layer, "attn.Wqkv", hidden, heads, biased);
    }

    @Override
    Linear gateAndUp(Names layer, int hidden, int wide) {
      return Linear.stack(
          layer.in("mlp."),
          hidden,
          false,
          new Linear.Part("fc12", wide),
          new Linear.Part("fc11", wide));
    }
  };

  private final String embeddingNorm;
  private final String layer;
  private final String output;
  private final String attentionNorm;
  private final String down;
  private final String outputNorm;

  RotaryBertNames(
      String embeddingNorm,
      String layer,
      String output,
      String attentionNorm,
      String down,
      String outputNorm) {
    this.embeddingNorm = embeddingNorm;
    this.layer = layer;
    this.output = output;
    this.attentionNorm = attentionNorm;
    this.down = down;
    this.outputNorm = outputNorm;
  }

  /** The names a file uses. */
  static RotaryBertNames of(Names names) {
    if (names.has("emb_ln.weight")) {
      return NOMIC;
    }
    return names.has("encoder.layer.0.attention.qkv_proj.weight") ? NEW : TRANSFORMERS;
  }

  /** Queries, keys and values as one product, queries scaled. */
  abstract Linear queryKeyValue(Names layer, int hidden, Heads heads, boolean biased);

  /** Both gated products as one, the one under the activation first. */
  abstract Linear gateAndUp(Names layer, int hidden, int wide);

  /** The norm after the embeddings. */
  String embeddingNorm() {
    return embeddingNorm;
  }

  /** What stands in front of a layer's number. */
  String layer() {
    return layer;
  }

  /** The last product of attention. */
  String output() {
    return output;
  }

  /** The norm after attention. */
  String attentionNorm() {
    return attentionNorm;
  }

  /** The last product of the feed-forward part. */
  String down() {
    return down;
  }

  /** The norm at the end of the layer. */
  String outputNorm() {
    return outputNorm;
  }
}
