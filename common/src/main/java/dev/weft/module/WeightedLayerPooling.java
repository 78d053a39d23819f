// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.ModelException;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.HiddenStates;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Token embeddings as the weighted mean of what the layers of a transformer make: Σ wₗ·hₗ / Σ wₗ
 * over the layers from {@code layer_start}, layer 0 being the embedding output; each hₗ is (B, T,
 * H). Follows the reference's {@code sentence_transformer/modules/weighted_layer_pooling.py}.
 *
 * <p>Where the transformer before it does not hand out its layers ({@code output_hidden_states} of
 * its configuration is not true), the token embeddings pass unchanged, as in the reference since
 * 5.4. Weights that add up to zero give no number, as there. One single weight stands for one layer
 * only; the reference would spread it over any number of layers and return their sum.
 */
public final class WeightedLayerPooling implements Module {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "layer_weights";
  private static final Set<String> KEYS =
      Set.of("embedding_dimension", "word_embedding_dimension", "layer_start", "num_hidden_layers");

  private final Config config;
  private final float[] weights;

  private WeightedLayerPooling(Config config, float[] weights) {
    this.config = config;
    this.weights = weights;
  }

  /**
   * The arguments.
   *
   * @param dimension width H of the token embeddings
   * @param layers number of layers of the transformer, the embedding output not counted
   * @param start the first layer that counts
   */
  private record Config(int dimension, int layers, int start) {
    static final int LAYERS = 12;
    static final int START = 4;

    Config {
      Checkpoint.positive("embedding_dimension", dimension);
      if (start < 0 || start > layers) {
        throw new IllegalArgumentException(
            "layer_start must be between 0 and num_hidden_layers " + layers + ", but is " + start);
      }
    }

    static Config parse(Json json) {
      return new Config(
          json.integer("embedding_dimension", "word_embedding_dimension"),
          json.findInteger("num_hidden_layers").orElse(LAYERS),
          json.findInteger("layer_start").orElse(START));
    }

    /** How many layers count. */
    int count() {
      return layers - start + 1;
    }
  }

  /**
   * A pooling from scratch: 12 layers, from the fourth, all of the same weight, unless said
   * otherwise.
   *
   * @param embeddingDimension width H of the token embeddings
   */
  public static Builder builder(int embeddingDimension) {
    return new Builder(embeddingDimension);
  }

  /** Collects the arguments. Mutable, for one thread. */
  public static final class Builder {
    private final int dimension;
    private int layers = Config.LAYERS;
    private int start = Config.START;
    private float[] weights = {};

    private Builder(int dimension) {
      this.dimension = dimension;
    }

    /** {@code num_hidden_layers}: of the transformer, the embedding output not counted. */
    public Builder numHiddenLayers(int number) {
      layers = number;
      return this;
    }

    /** {@code layer_start}: the first layer that counts; 0 is the embedding output. */
    public Builder layerStart(int layer) {
      start = layer;
      return this;
    }

    /** {@code layer_weights}: one weight for each layer from {@code layer_start} on. */
    public Builder layerWeights(float... values) {
      if (values.length == 0) {
        throw new IllegalArgumentException("layer_weights is empty");
      }
      weights = values.clone();
      return this;
    }

    /**
     * Makes the module.
     *
     * @throws IllegalArgumentException if the arguments leave no layer, or another number of layers
     *     than there are weights
     */
    public WeightedLayerPooling build() {
      Config config = new Config(dimension, layers, start);
      if (weights.length == 0) {
        float[] ones = new float[config.count()];
        Arrays.fill(ones, 1f);
        return new WeightedLayerPooling(config, ones);
      }
      if (weights.length != config.count()) {
        throw new IllegalArgumentException(
            "layer_weights must hold "
                + config.count()
                + " values, one a layer from "
                + start
                + " to "
                + layers
                + ", but holds "
                + weights.length);
      }
      return new WeightedLayerPooling(config, weights);
    }
  }

  /**
   * Reads {@code config.json} and the weights.
   *
   * @throws ModelException also where the file lacks {@code layer_weights}, which the reference
   *     does not save if they were a plain tensor, and cannot load then either
   */
  public static WeightedLayerPooling load(ModuleDir dir) {
    Config config = Checkpoint.config(dir.config(CONFIG), KEYS, Config::parse);
    Weights weights = Checkpoint.weights(dir, Set.of(WEIGHTS));
    if (!weights.has(WEIGHTS)) {
      throw new ModelException(
          dir.label("model.safetensors")
              + ": tensor \"layer_weights\" is missing; sentence-transformers saves it only if it"
              + " is an nn.Parameter, so make it one and save the model again");
    }
    try (NDArray stored = weights.tensor(WEIGHTS, config.count())) {
      return new WeightedLayerPooling(config, stored.toFloatArray());
    }
  }

  @Override
  public String name() {
    return "WeightedLayerPooling";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.TOKEN_EMBEDDINGS);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.TOKEN_EMBEDDINGS);
  }

  @Override
  public int width(int inputWidth) {
    Widths.require("embedding_dimension", config.dimension(), inputWidth);
    return inputWidth;
  }

  @Override
  public String settings() {
    return "layers " + config.start() + " to " + config.layers();
  }

  /** Writes the old name of the dimension, which every release reads. */
  @Override
  public ModuleSpec spec() {
    JsonText text =
        new JsonText()
            .with("word_embedding_dimension", config.dimension())
            .with("layer_start", config.start())
            .with("num_hidden_layers", config.layers());
    return ModuleSpec.of(name())
        .withText(CONFIG, text.print())
        .withTensor(WEIGHTS, TensorData.of(weights, weights.length));
  }

  @Override
  public Features forward(Features features) {
    return features
        .find(Features.ALL_LAYER_EMBEDDINGS)
        .map(states -> features.with(Features.TOKEN_EMBEDDINGS, mean(states)))
        .orElse(features);
  }

  private NDArray mean(HiddenStates states) {
    List<NDArray> all = states.layers();
    if (all.size() != config.layers() + 1) {
      throw new EncodeException(
          "num_hidden_layers is "
              + config.layers()
              + ", but the transformer before it has "
              + (all.size() - 1)
              + " layers");
    }
    NDArray sum = all.get(config.start()).mul(weights[0]);
    float total = weights[0];
    for (int i = 1; i < weights.length; i++) {
      try (NDArray weighted = all.get(config.start() + i).mul(weights[i])) {
        sum.addi(weighted);
      }
      total += weights[i];
    }
    return sum.divi(total);
  }
}
