// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** DistilBERT (Sanh et al. 2019, arXiv:1910.01108): BERT without token types, by other names. */
final class DistilBertEncoder {
  /** Not in the configuration: the reference has the number in its code. */
  private static final float EPS = 1e-12f;

  private DistilBertEncoder() {}

  static Encoder load(Config config, Weights weights, Scripts scripts) {
    int hidden = config.positive(768, "dim");
    Heads heads = Heads.parse(config, "n_heads", 12, "dim", hidden);
    Names names = Names.of(weights, "distilbert.", scripts);
    Names part = names.in("embeddings.");
    int rows = config.positive(512, "max_position_embeddings");
    Positions positions =
        new Positions.Counted(Table.load(part, "position_embeddings", rows, hidden));
    WordEmbeddings embeddings =
        new WordEmbeddings(
            Table.load(part, "word_embeddings", config.positive(30522, "vocab_size"), hidden),
            positions,
            LayerNorm.load(part, "LayerNorm", hidden, EPS),
            Optional.empty());
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
    DotProductAttention attention = new DotProductAttention(heads, scripts);
    int wide = config.positive(3072, "hidden_dim");
    HiddenAct activation = config.activation("gelu", "activation");
    List<LayeredEncoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.positive(6, "n_layers"); i++) {
      Names layer = names.in("transformer.layer." + i + ".");
      Linear queryKeyValue =
          Linear.stack(
              layer.in("attention."),
              hidden,
              true,
              new Linear.Part("q_lin", hidden, heads.scale()),
              new Linear.Part("k_lin", hidden),
              new Linear.Part("v_lin", hidden));
      layers.add(
          new PostNormLayer(
              Attention.of(
                  queryKeyValue,
                  attention,
                  Linear.load(layer, "attention.out_lin", hidden, hidden)),
              LayerNorm.load(layer, "sa_layer_norm", hidden, EPS),
              new FeedForward.Plain(
                  Linear.load(layer, "ffn.lin1", hidden, wide),
                  activation,
                  Linear.load(layer, "ffn.lin2", wide, hidden)),
              LayerNorm.load(layer, "output_layer_norm", hidden, EPS)));
    }
    return List.copyOf(layers);
  }
}
