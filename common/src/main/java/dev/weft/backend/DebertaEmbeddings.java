// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.weft.text.AttentionMask;
import java.util.Optional;

/**
 * norm(word[ids] + position + type[0]), zero at masked positions: positions, types and a product
 * that makes the embeddings wider are all optional. What lies at masked positions counts where a
 * convolution follows.
 */
record DebertaEmbeddings(
    Table words, Optional<Positions> positions, Optional<Linear> projection, Norm norm)
    implements LayeredEncoder.Embeddings {

  static DebertaEmbeddings load(Config config, Names names, int hidden) {
    Names part = names.in("embeddings.");
    int width = config.positive(hidden, "embedding_size");
    Table words = Table.load(part, "word_embeddings", config.positive(128100, "vocab_size"), width);
    int types = config.json().findInteger("type_vocab_size").orElse(0);
    if (types > 0) {
      // Every text is segment 0.
      try (NDArray table = part.tensor("token_type_embeddings.weight", types, width);
          NDArray first = table.get(0)) {
        words.rows().addi(first);
      }
    }
    Optional<Positions> positions = Optional.empty();
    if (config.flag(true, "position_biased_input")) {
      int rows = config.positive(512, "max_position_embeddings");
      positions =
          Optional.of(new Positions.Counted(Table.load(part, "position_embeddings", rows, width)));
    }
    Optional<Linear> projection =
        width == hidden
            ? Optional.empty()
            : Optional.of(Linear.load(part, "embed_proj", width, hidden, false));
    float eps = config.number(1e-7, "layer_norm_eps");
    return new DebertaEmbeddings(
        words, positions, projection, LayerNorm.load(part, "LayerNorm", hidden, eps));
  }

  @Override
  public NDArray apply(NDArray inputIds, AttentionMask mask) {
    try (NDArray rows = words.find(inputIds)) {
      positions.ifPresent(p -> p.addTo(rows, inputIds, mask));
      NDArray normed = widen(rows);
      if (mask.isFull()) {
        return normed;
      }
      Shape shape = new Shape(mask.rows(), mask.width(), 1);
      try (NDArray counting = inputIds.getManager().create(mask.toFloats(), shape)) {
        return normed.muli(counting);
      }
    }
  }

  private NDArray widen(NDArray rows) {
    if (projection.isEmpty()) {
      return norm.apply(rows);
    }
    try (NDArray wide = projection.get().apply(rows)) {
      return norm.apply(wide);
    }
  }
}
