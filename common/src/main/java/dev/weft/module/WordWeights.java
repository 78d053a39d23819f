// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.ModelException;
import dev.weft.config.TensorData;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.AttentionMask;
import java.util.List;
import java.util.Set;

/**
 * Weighs word embeddings, for instance with inverse document frequencies: e'ₜ = w[idₜ]·mₜ·eₜ, with
 * m the mask, and tells Pooling the sum Σ w·m, by which it divides instead of the number of words.
 * Follows the reference's 6.2, {@code sentence_transformer/modules/word_weights.py}; the weights
 * come from the configuration, as in every release, not from the tensor beside it.
 */
public final class WordWeights implements Module {
  private static final String CONFIG = "config.json";
  private static final String VOCAB = "vocab";
  private static final String TABLE = "emb_layer.weight";
  private static final Set<String> KEYS =
      Set.of(VOCAB, WordWeighting.WEIGHTS, WordWeighting.UNKNOWN);

  private final List<String> vocab;
  private final WordWeighting weighting;
  private final NDArray table;

  /**
   * Weights for the words of a vocabulary.
   *
   * @param vocab that of the tokenizer, in the order of its ids
   * @param device owns the table of weights
   */
  public WordWeights(List<String> vocab, WordWeighting weighting, NDManager device) {
    if (vocab.isEmpty()) {
      throw new IllegalArgumentException("WordWeights needs a vocabulary of at least one word");
    }
    this.vocab = List.copyOf(vocab);
    this.weighting = weighting;
    this.table = device.create(weighting.of(vocab), new Shape(vocab.size(), 1));
  }

  /** Reads {@code config.json}. */
  public static WordWeights load(ModuleDir dir) {
    return Checkpoint.config(dir.config(CONFIG), KEYS, config -> parse(config, dir.device()));
  }

  private static WordWeights parse(Json config, NDManager device) {
    List<String> vocab = config.stringList(VOCAB);
    if (!config.has(WordWeighting.WEIGHTS)) {
      throw new ModelException(
          config.file() + ": required key \"" + WordWeighting.WEIGHTS + "\" is missing");
    }
    return new WordWeights(vocab, WordWeighting.parse(config), device);
  }

  @Override
  public String name() {
    return "WordWeights";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.INPUT_IDS, Features.ATTENTION_MASK, Features.TOKEN_EMBEDDINGS);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.TOKEN_EMBEDDINGS, Features.TOKEN_WEIGHTS_SUM);
  }

  @Override
  public int width(int inputWidth) {
    return inputWidth;
  }

  @Override
  public String settings() {
    return vocab.size() + " words, unknown_word_weight=" + weighting.unknown();
  }

  @Override
  public ModuleSpec spec() {
    return ModuleSpec.of(name())
        .withText(CONFIG, weighting.write(new JsonText().with(VOCAB, vocab)).print())
        .withTensor(TABLE, TensorData.of(table));
  }

  @Override
  public Features forward(Features features) {
    NDArray tokens = features.get(Features.TOKEN_EMBEDDINGS);
    AttentionMask mask = features.get(Features.ATTENTION_MASK);
    NDManager batch = tokens.getManager();
    NDArray ids = features.get(Features.INPUT_IDS);
    try (NDArray known = batch.create(mask.toFloats(), new Shape(mask.rows(), mask.width(), 1));
        NDArray found = Embedding.embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
        NDArray weights = found.muli(known)) {
      return features
          .with(Features.TOKEN_EMBEDDINGS, tokens.mul(weights))
          .with(Features.TOKEN_WEIGHTS_SUM, weights.sum(new int[] {1, 2}));
    }
  }
}
