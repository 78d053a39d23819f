// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import java.util.Set;

/**
 * Layer normalisation of the sentence embedding (Ba et al. 2016, arXiv:1607.06450): y = (x − mean)
 * / √(variance + 1e-5) · γ + β over the D components of each row, with the biased variance, so a
 * zero vector becomes β. Follows the reference's {@code
 * sentence_transformer/modules/layer_norm.py}.
 */
public final class LayerNorm implements Module {
  private static final String CONFIG = "config.json";
  private static final String WEIGHT = "norm.weight";
  private static final String BIAS = "norm.bias";
  private static final float EPSILON = 1e-5f;

  private final int dimension;
  private final NDArray weight;
  private final NDArray bias;

  private LayerNorm(int dimension, NDArray weight, NDArray bias) {
    this.dimension = dimension;
    this.weight = weight;
    this.bias = bias;
  }

  /**
   * A normalisation from scratch: γ is one, β is zero.
   *
   * @param dimension width D of the vectors
   * @param device owns its arrays
   */
  public static LayerNorm create(int dimension, NDManager device) {
    Checkpoint.positive("dimension", dimension);
    Shape shape = new Shape(dimension);
    return new LayerNorm(dimension, device.ones(shape), device.zeros(shape));
  }

  /** Reads {@code config.json} and the weights. */
  public static LayerNorm load(ModuleDir dir) {
    int dimension =
        Checkpoint.config(dir.config(CONFIG), Set.of("dimension"), LayerNorm::dimension);
    Weights weights = Checkpoint.weights(dir, Set.of(WEIGHT, BIAS));
    return new LayerNorm(
        dimension, weights.tensor(WEIGHT, dimension), weights.tensor(BIAS, dimension));
  }

  private static int dimension(Json config) {
    int dimension = config.integer("dimension");
    Checkpoint.positive("dimension", dimension);
    return dimension;
  }

  @Override
  public String name() {
    return "LayerNorm";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.SENTENCE_EMBEDDING);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.SENTENCE_EMBEDDING);
  }

  @Override
  public int width(int inputWidth) {
    Widths.require("dimension", dimension, inputWidth);
    return dimension;
  }

  @Override
  public String settings() {
    return String.valueOf(dimension);
  }

  @Override
  public ModuleSpec spec() {
    return ModuleSpec.of(name())
        .withText(CONFIG, new JsonText().with("dimension", dimension).print())
        .withTensor(WEIGHT, TensorData.of(weight))
        .withTensor(BIAS, TensorData.of(bias));
  }

  @Override
  public Features forward(Features features) {
    NDArray normalized =
        ai.djl.nn.norm.LayerNorm.layerNorm(
                features.get(Features.SENTENCE_EMBEDDING), weight.getShape(), weight, bias, EPSILON)
            .singletonOrThrow();
    return features.with(Features.SENTENCE_EMBEDDING, normalized);
  }
}
