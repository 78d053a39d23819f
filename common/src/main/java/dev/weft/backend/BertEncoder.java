// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * BERT (Devlin et al. 2018, arXiv:1810.04805), the encoder without its pooler:
 *
 * <pre>
 *   x₀ = LayerNorm(word[ids] + position[0..T) + type[0])
 *   a  = LayerNorm(x + Attention(x)·Wₒ + bₒ)
 *   x' = LayerNorm(a + act(a·W₁ + b₁)·W₂ + b₂)       for each layer
 * </pre>
 *
 * <p>RoBERTa (arXiv:1907.11692), XLM-RoBERTa and CamemBERT number their positions from the padding
 * index; ELECTRA (arXiv:2003.10555) may have narrower embeddings than layers.
 */
final class BertEncoder {
  private BertEncoder() {}

  /** The families, with the prefix of their tensors. */
  enum Family {
    BERT("bert."),
    ROBERTA("roberta."),
    ELECTRA("electra.");

    private final String prefix;

    Family(String prefix) {
      this.prefix = prefix;
    }
  }

  static Encoder load(Family family, Config config, Weights weights, Scripts scripts) {
    config.only("position_embedding_type", "absolute");
    config.only("is_decoder", false);
    int hidden = config.positive(768, "hidden_size");
    Heads heads = Heads.parse(config, "num_attention_heads", 12, "hidden_size", hidden);
    Names names = Names.of(weights, family.prefix, scripts);
    WordEmbeddings embeddings = embeddings(family, config, names, hidden);
    return new LayeredEncoder(
        LayeredEncoder.Outline.of(config, hidden, embeddings.positions()),
        embeddings,
        LayeredEncoder.Sight.same(Visibility.BOTH::relations),
        layers(config, names, hidden, heads, scripts),
        Optional.empty(),
        scripts);
  }

  private static WordEmbeddings embeddings(Family family, Config config, Names names, int hidden) {
    Names part = names.in("embeddings.");
    int width = family == Family.ELECTRA ? config.positive(128, "embedding_size") : hidden;
    Table words = Table.load(part, "word_embeddings", config.positive(30522, "vocab_size"), width);
    int rows = config.positive(512, "max_position_embeddings");
    Table places = Table.load(part, "position_embeddings", rows, width);
    Table typed = WordEmbeddings.typed(part, places, config.positive(2, "type_vocab_size"), width);
    Positions positions =
        family == Family.ROBERTA
            ? Positions.FromPadding.parse(config, typed)
            : new Positions.Counted(typed);
    Optional<Linear> projection =
        width == hidden
            ? Optional.empty()
            : Optional.of(Linear.load(names, "embeddings_project", width, hidden));
    return new WordEmbeddings(
        words, positions, LayerNorm.load(part, "LayerNorm", width, eps(config)), projection);
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
      Linear queryKeyValue =
          Linear.stack(
              layer.in("attention.self."),
              hidden,
              true,
              new Linear.Part("query", hidden, heads.scale()),
              new Linear.Part("key", hidden),
              new Linear.Part("value", hidden));
      layers.add(
          new PostNormLayer(
              Attention.of(
                  queryKeyValue,
                  attention,
                  Linear.load(layer, "attention.output.dense", hidden, hidden)),
              LayerNorm.load(layer, "attention.output.LayerNorm", hidden, eps),
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
