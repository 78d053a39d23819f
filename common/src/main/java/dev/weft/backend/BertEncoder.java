// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import dev.weft.config.Weights;
import dev.weft.text.AttentionMask;
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
 * <p>Position and type rows are added once, at load, as every text is segment 0. Intermediates are
 * closed as soon as they are used: the allocator hands the same memory, still in cache, to the next
 * operation.
 */
final class BertEncoder implements Encoder {
  private final BertConfig config;
  private final NDArray words;
  private final NDArray positions;
  private final LayerNorm norm;
  private final DotProductAttention heads;
  private final List<Layer> layers;

  /** Reads the weights, with or without the prefix {@code bert.}, on the device they come from. */
  static BertEncoder load(BertConfig config, Weights weights) {
    DotProductAttention heads =
        new DotProductAttention(config.heads(), config.headSize(), weights.device());
    try {
      return new BertEncoder(config, heads, weights);
    } catch (RuntimeException e) {
      heads.close();
      throw e;
    }
  }

  private BertEncoder(BertConfig config, DotProductAttention heads, Weights weights) {
    this.config = config;
    this.heads = heads;
    int hidden = config.hiddenSize();
    Names names = Names.of(weights, "bert.");
    this.words = names.tensor("embeddings.word_embeddings.weight", config.vocabSize(), hidden);
    try (NDArray types =
            names.tensor(
                "embeddings.token_type_embeddings.weight", config.typeVocabSize(), hidden);
        NDArray segment = types.get(0)) {
      this.positions =
          names
              .tensor("embeddings.position_embeddings.weight", config.maxPositions(), hidden)
              .addi(segment);
    }
    this.norm = LayerNorm.load(names, "embeddings.LayerNorm", hidden, config.layerNormEps());
    List<Layer> stack = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      stack.add(new Layer(config, heads, names.in("encoder.layer." + i + ".")));
    }
    this.layers = List.copyOf(stack);
  }

  @Override
  public String modelType() {
    return "bert";
  }

  @Override
  public int hiddenSize() {
    return config.hiddenSize();
  }

  @Override
  public int maxPositions() {
    return config.maxPositions();
  }

  @Override
  public List<NDArray> forward(NDArray inputIds, AttentionMask mask, HiddenLayers wanted) {
    Optional<NDArray> bias = DotProductAttention.bias(mask, inputIds.getManager());
    NDArray x = embed(inputIds, mask.width());
    for (Layer layer : layers) {
      x = layer.forward(x, bias);
    }
    return List.of(x);
  }

  private NDArray embed(NDArray inputIds, int width) {
    try (NDArray rows =
            Embedding.embedding(inputIds, words, SparseFormat.DENSE).singletonOrThrow();
        NDArray places = positions.get("0:" + width)) {
      return norm.apply(rows.addi(places));
    }
  }

  @Override
  public void close() {
    heads.close();
  }

  private static final class Layer {
    private final Attention attention;
    private final Linear attentionOutput;
    private final LayerNorm attentionNorm;
    private final Linear intermediate;
    private final HiddenAct activation;
    private final Linear output;
    private final LayerNorm outputNorm;

    Layer(BertConfig config, DotProductAttention heads, Names names) {
      int hidden = config.hiddenSize();
      int wide = config.intermediateSize();
      float eps = config.layerNormEps();
      this.attention =
          Attention.load(names.in("attention.self."), hidden, config.headSize(), heads);
      this.attentionOutput = Linear.load(names, "attention.output.dense", hidden, hidden);
      this.attentionNorm = LayerNorm.load(names, "attention.output.LayerNorm", hidden, eps);
      this.intermediate = Linear.load(names, "intermediate.dense", hidden, wide);
      this.activation = config.activation();
      this.output = Linear.load(names, "output.dense", wide, hidden);
      this.outputNorm = LayerNorm.load(names, "output.LayerNorm", hidden, eps);
    }

    /** Closes {@code x}. */
    NDArray forward(NDArray x, Optional<NDArray> bias) {
      try (x;
          NDArray context = attention.forward(x, bias);
          NDArray attended = attentionOutput.apply(context);
          NDArray a = attentionNorm.apply(attended.addi(x));
          NDArray wide = intermediate.apply(a);
          NDArray active = activation.apply(wide);
          NDArray narrow = output.apply(active)) {
        return outputNorm.apply(narrow.addi(a));
      }
    }
  }
}
