// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.Json;
import dev.weft.config.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * DeBERTa v2 and v3 (He et al. 2020, arXiv:2006.03654; 2021, arXiv:2111.09543): BERT whose
 * attention adds terms of content with distance, and whose first layer may have a convolution
 * beside it.
 */
final class DebertaEncoder {
  private final Config config;
  private final Names names;
  private final int hidden;
  private final Heads heads;
  private final Scripts scripts;

  private DebertaEncoder(Config config, Weights weights, Scripts scripts) {
    this.config = config;
    this.names = Names.of(weights, "deberta.", scripts);
    this.hidden = config.positive(1536, "hidden_size");
    this.heads = Heads.parse(config, "num_attention_heads", 24, "hidden_size", hidden);
    this.scripts = scripts;
    int size = config.positive(heads.size(), "attention_head_size");
    config.check(
        size == heads.size(),
        "attention_head_size " + size + " is not supported; supported: " + heads.size());
  }

  static Encoder load(Config config, Weights weights, Scripts scripts) {
    return new DebertaEncoder(config, weights, scripts).load();
  }

  private Encoder load() {
    DebertaEmbeddings embeddings = DebertaEmbeddings.load(config, names, hidden);
    Optional<DebertaDistances> distances =
        config.flag(false, "relative_attention")
            ? Optional.of(distances(embeddings.words().rows().getManager()))
            : Optional.empty();
    int made = config.positive(512, "max_position_embeddings");
    return new LayeredEncoder(
        new LayeredEncoder.Outline(
            config.json().string("model_type"),
            hidden,
            made,
            embeddings.positions().isPresent() ? made : Integer.MAX_VALUE),
        embeddings,
        distances.isPresent()
            ? LayeredEncoder.Sight.same(distances.get()::relations)
            : LayeredEncoder.Sight.same(Visibility.BOTH::relations),
        layers(distances),
        Optional.empty(),
        scripts);
  }

  private DebertaDistances distances(NDManager device) {
    Json json = config.json();
    int largest = json.findInteger("max_relative_positions").orElse(-1);
    if (largest < 1) {
      largest = config.positive(512, "max_position_embeddings");
    }
    int buckets = json.findInteger("position_buckets").orElse(-1);
    config.check(
        largest <= 1 << 20 && (buckets < 1 || (buckets > 3 && buckets / 2 < largest - 1)),
        "position_buckets "
            + buckets
            + " must be 4 or more and less than twice max_relative_positions "
            + largest
            + ", which may be at most "
            + (1 << 20));
    return new DebertaDistances(buckets, largest, device, scripts);
  }

  /** The terms of {@code pos_att_type}, a list or names between bars. */
  private Set<String> terms() {
    Set<String> terms = new TreeSet<>();
    for (String item : config.json().strings("pos_att_type")) {
      for (String term : item.toLowerCase(Locale.ROOT).split("\\|", -1)) {
        terms.add(term.strip());
      }
    }
    terms.remove("");
    if (!Set.of("c2p", "p2c").containsAll(terms)) {
      throw config.unsupported("pos_att_type", String.join("|", terms), "c2p, p2c");
    }
    return terms;
  }

  private List<LayeredEncoder.Layer> layers(Optional<DebertaDistances> distances) {
    Set<String> terms = terms();
    // One for content with content, and one for each other term.
    float scale = (float) (1 / Math.sqrt((double) heads.size() * (1 + terms.size())));
    int wide = config.positive(6144, "intermediate_size");
    HiddenAct activation = config.activation("gelu", "hidden_act");
    SelfAttentions attentions =
        distances.isPresent() ? disentangled(terms, scale, distances.get().span()) : plain(scale);
    List<LayeredEncoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.positive(24, "num_hidden_layers"); i++) {
      Names layer = names.in("encoder.layer." + i + ".");
      layers.add(
          new PostNormLayer(
              attentions.load(layer),
              norm(layer, "attention.output.LayerNorm"),
              new FeedForward.Plain(
                  Linear.load(layer, "intermediate.dense", hidden, wide),
                  activation,
                  Linear.load(layer, "output.dense", wide, hidden)),
              norm(layer, "output.LayerNorm")));
    }
    if (config.json().findInteger("conv_kernel_size").orElse(0) > 0) {
      layers.set(0, DebertaConvolution.load(config, names, hidden, layers.get(0)));
    }
    return List.copyOf(layers);
  }

  /** Reads the attention of one layer. */
  private interface SelfAttentions {
    SelfAttention load(Names layer);
  }

  private SelfAttentions plain(float scale) {
    DotProductAttention attention = new DotProductAttention(heads, scripts);
    return layer -> Attention.of(queryKeyValue(layer, scale), attention, output(layer));
  }

  private SelfAttentions disentangled(Set<String> terms, float scale, int span) {
    boolean keys = terms.contains("c2p");
    boolean queries = terms.contains("p2c");
    boolean shared = config.flag(false, "share_att_key");
    ScriptFunction function = DisentangledAttention.compile(heads, keys, queries, scripts);
    NDArray embeddings = relativeEmbeddings(span);
    return layer -> {
      Names self = layer.in("attention.self.");
      List<NDArray> vectors = new ArrayList<>();
      if (keys) {
        vectors.add(vectors(self, shared ? "key_proj" : "pos_key_proj", embeddings, 1f));
      }
      if (queries) {
        vectors.add(vectors(self, shared ? "query_proj" : "pos_query_proj", embeddings, scale));
      }
      return new DisentangledAttention(
          queryKeyValue(layer, scale), List.copyOf(vectors), function, output(layer));
    };
  }

  /** A vector (H) for each bucket. */
  private NDArray relativeEmbeddings(int span) {
    NDArray table = names.tensor("encoder.rel_embeddings.weight", 2L * span, hidden);
    String norm = config.json().findString("norm_rel_ebd").orElse("none");
    if (norm.toLowerCase(Locale.ROOT).contains("layer_norm")) {
      try (table) {
        return norm(names, "encoder.LayerNorm").apply(table);
      }
    }
    return table;
  }

  /** What a projection makes of the vectors of all buckets, by head, (h, d, buckets). */
  private NDArray vectors(Names names, String projection, NDArray embeddings, float scale) {
    long buckets = embeddings.getShape().get(0);
    Linear linear = Linear.stack(names, hidden, true, new Linear.Part(projection, hidden, scale));
    try (NDArray projected = linear.apply(embeddings);
        NDArray byHead = projected.reshape(new Shape(buckets, heads.queries(), heads.size()))) {
      return byHead.transpose(1, 2, 0);
    }
  }

  private Linear queryKeyValue(Names layer, float scale) {
    return Linear.stack(
        layer.in("attention.self."),
        hidden,
        true,
        new Linear.Part("query_proj", hidden, scale),
        new Linear.Part("key_proj", hidden),
        new Linear.Part("value_proj", hidden));
  }

  private Linear output(Names layer) {
    return Linear.load(layer, "attention.output.dense", hidden, hidden);
  }

  private Norm norm(Names names, String name) {
    return LayerNorm.load(names, name, hidden, config.number(1e-7, "layer_norm_eps"));
  }
}
