// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.ModelException;
import dev.weft.pipeline.ModuleDir;
import dev.weft.text.StoredTokenizer;
import java.util.Optional;

/**
 * Collects what a {@link StaticEmbedding} consists of, under the reference's names. Mutable, for
 * one thread.
 */
public final class StaticEmbeddingBuilder {
  private final ModuleDir tokenizer;
  private Optional<float[]> weights = Optional.empty();
  private int dimension;
  private long seed;

  StaticEmbeddingBuilder(ModuleDir tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * {@code embedding_weights}.
   *
   * @param values row after row, one a token; not copied
   * @param dimension the length of a row
   */
  public StaticEmbeddingBuilder weights(float[] values, int dimension) {
    if (dimension < 1 || values.length == 0 || values.length % dimension != 0) {
      throw new IllegalArgumentException(
          "embedding_weights must be rows of a positive dimension, but are "
              + values.length
              + " values in rows of "
              + dimension);
    }
    this.weights = Optional.of(values);
    this.dimension = dimension;
    return this;
  }

  /** {@code embedding_dim}: random rows, N(0, 1), as many as the tokenizer has tokens. */
  public StaticEmbeddingBuilder embeddingDim(int dimension) {
    if (dimension < 1) {
      throw new IllegalArgumentException("embedding_dim must be positive, but is " + dimension);
    }
    if (weights.isEmpty()) {
      this.dimension = dimension;
    }
    return this;
  }

  /** What random rows follow from; the same seed gives the same rows. */
  public StaticEmbeddingBuilder seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Makes the module.
   *
   * @throws IllegalArgumentException if there are neither weights nor a dimension, or fewer rows
   *     than tokens
   * @throws ModelException if there is no usable {@code tokenizer.json}
   */
  public StaticEmbedding build() {
    if (dimension == 0) {
      throw new IllegalArgumentException(
          "Either `embedding_weights` or `embedding_dim` must be provided.");
    }
    String json = StaticEmbedding.tokenizerText(tokenizer);
    StoredTokenizer opened =
        StoredTokenizer.parse(tokenizer.label(StaticEmbedding.TOKENIZER), json);
    try {
      return new StaticEmbedding(json, opened, table(opened.vocabularySize()));
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private NDArray table(int tokens) {
    if (weights.isEmpty()) {
      return new Init(tokenizer.device(), seed).normal(tokens, dimension);
    }
    float[] values = weights.get();
    int rows = values.length / dimension;
    if (rows < tokens) {
      throw new IllegalArgumentException(
          "embedding_weights have " + rows + " rows, but the tokenizer has " + tokens + " tokens");
    }
    return tokenizer.device().create(values, new Shape(rows, dimension));
  }
}
