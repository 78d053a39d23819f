// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * MPNet (Song et al. 2020, arXiv:2004.09297): BERT with RoBERTa's positions, without token types,
 * and with T5's relative positions added to the scores of every layer.
 */
final class MpnetEncoder {
  /** Not in the configuration: the reference has these numbers in its code. */
  private static final int PADDING_INDEX = 1;

  private static final int BUCKETS = 32;
  private static final int MAX_DISTANCE = 128;

  private MpnetEncoder() {}

  static Encoder load(Config config, Weights weights, Scripts scripts) {
    int buckets = config.positive(BUCKETS, "relative_attention_num_buckets");
    if (buckets != BUCKETS) {
      throw config.unsupported("relative_attention_num_buckets", buckets + "", BUCKETS + "");
    }
    int hidden = config.positive(768, "hidden_size");
    Heads heads = Heads.parse(config, "num_attention_heads", 12, "hidden_size", hidden);
    Names names = Names.of(weights, "mpnet.", scripts);
    Names part = names.in("embeddings.");
    int rows = config.positive(512, "max_position_embeddings");
    Positions positions =
        Positions.FromPadding.of(
            config, Table.load(part, "position_embeddings", rows, hidden), PADDING_INDEX);
    WordEmbeddings embeddings =
        new WordEmbeddings(
            Table.load(part, "word_embeddings", config.positive(30527, "vocab_size"), hidden),
            positions,
            LayerNorm.load(part, "LayerNorm", hidden, eps(config)),
            Optional.empty());
    RelativeBuckets relative =
        new RelativeBuckets(
            Table.load(names, "encoder.relative_attention_bias", BUCKETS, heads.queries()),
            MAX_DISTANCE,
            scripts);
    return new LayeredEncoder(
        LayeredEncoder.Outline.of(config, hidden, positions),
        embeddings,
        LayeredEncoder.Sight.same(relative::relations),
        layers(config, names, hidden, heads, scripts),
        Optional.empty(),
        scripts);
  }

  private static List<LayeredEncoder.Layer> layers(
      Config config, Names names, int hidden, Heads heads, Scripts scripts) {
    DotProductAttention attention = new DotProductAttention(heads, scripts);
    int wide = config.positive(3072, "intermediate_size");
    HiddenAct activation = config.activation("gelu", "hidden_act");
    float eps = eps(config);
    List<LayeredEncoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.positive(12, "num_hidden_layers"); i++) {
      Names layer = names.in("encoder.layer." + i + ".");
      Names attn = layer.in("attention.attn.");
      Linear queryKeyValue =
          Linear.stack(
              attn,
              hidden,
              true,
              new Linear.Part("q", hidden, heads.scale()),
              new Linear.Part("k", hidden),
              new Linear.Part("v", hidden));
      layers.add(
          new PostNormLayer(
              Attention.of(queryKeyValue, attention, Linear.load(attn, "o", hidden, hidden)),
              LayerNorm.load(layer, "attention.LayerNorm", hidden, eps),
              new FeedForward.Plain(
                  Linear.load(layer, "intermediate.dense", hidden, wide),
                  activation,
                  Linear.load(layer, "output.dense", wide, hidden)),
              LayerNorm.load(layer, "output.LayerNorm", hidden, eps)));
    }
    return List.copyOf(layers);
  }

  private static float eps(Config config) {
    return config.number(1e-12, "layer_norm_eps");
  }
}
