// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ALBERT (Lan et al. 2019, arXiv:1909.11942): BERT whose embeddings are narrower than its layers,
 * and whose layers share their weights in groups. Layer i runs the inner layers of group ⌊i ·
 * groups / layers⌋, one after the other; the hidden states after each of them count.
 */
final class AlbertEncoder {
  private AlbertEncoder() {}

  static Encoder load(Config config, Weights weights, Scripts scripts) {
    config.only("position_embedding_type", "absolute");
    int hidden = config.positive(4096, "hidden_size");
    Heads heads = Heads.parse(config, "num_attention_heads", 64, "hidden_size", hidden);
    Names names = Names.of(weights, "albert.", scripts);
    Names part = names.in("embeddings.");
    int width = config.positive(128, "embedding_size");
    int rows = config.positive(512, "max_position_embeddings");
    Table places = Table.load(part, "position_embeddings", rows, width);
    Positions positions =
        new Positions.Counted(
            WordEmbeddings.typed(part, places, config.positive(2, "type_vocab_size"), width));
    WordEmbeddings embeddings =
        new WordEmbeddings(
            Table.load(part, "word_embeddings", config.positive(30000, "vocab_size"), width),
            positions,
            LayerNorm.load(part, "LayerNorm", width, eps(config)),
            Optional.of(Linear.load(names, "encoder.embedding_hidden_mapping_in", width, hidden)));
    return new LayeredEncoder(
        LayeredEncoder.Outline.of(config, hidden, positions),
        embeddings,
        LayeredEncoder.Sight.same(Visibility.BOTH::relations),
        layers(config, names, hidden, heads, scripts),
        Optional.empty(),
        scripts);
  }

  private static List<LayeredEncoder.Layer> layers(
      Config config, Names names, int hidden, Heads heads, Scripts scripts) {
    int layers = config.positive(12, "num_hidden_layers");
    int groups = config.positive(1, "num_hidden_groups");
    config.check(
        groups <= layers,
        "num_hidden_groups " + groups + " is more than num_hidden_layers " + layers);
    DotProductAttention attention = new DotProductAttention(heads, scripts);
    List<List<PostNormLayer>> shared = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      List<PostNormLayer> inner = new ArrayList<>();
      for (int i = 0; i < config.positive(1, "inner_group_num"); i++) {
        Names layer = names.in("encoder.albert_layer_groups." + g + ".albert_layers." + i + ".");
        inner.add(layer(config, layer, hidden, heads, attention));
      }
      shared.add(List.copyOf(inner));
    }
    List<LayeredEncoder.Layer> stack = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      // In floating point, as the reference divides.
      stack.addAll(shared.get((int) (i / ((double) layers / groups))));
    }
    return List.copyOf(stack);
  }

  private static PostNormLayer layer(
      Config config, Names names, int hidden, Heads heads, DotProductAttention attention) {
    int wide = config.positive(16384, "intermediate_size");
    Names part = names.in("attention.");
    Linear queryKeyValue =
        Linear.stack(
            part,
            hidden,
            true,
            new Linear.Part("query", hidden, heads.scale()),
            new Linear.Part("key", hidden),
            new Linear.Part("value", hidden));
    return new PostNormLayer(
        Attention.of(queryKeyValue, attention, Linear.load(part, "dense", hidden, hidden)),
        LayerNorm.load(part, "LayerNorm", hidden, eps(config)),
        new FeedForward.Plain(
            Linear.load(names, "ffn", hidden, wide),
            config.activation("gelu_new", "hidden_act"),
            Linear.load(names, "ffn_output", wide, hidden)),
        LayerNorm.load(names, "full_layer_layer_norm", hidden, eps(config)));
  }

  private static float eps(Config config) {
    return config.number(1e-12, "layer_norm_eps");
  }
}
