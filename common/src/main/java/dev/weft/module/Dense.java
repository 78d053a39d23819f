// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.core.Linear;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import java.util.Optional;
import java.util.Set;

/**
 * A fully connected layer: y = act(x·Wᵀ + b), plus x itself or x·Rᵀ with a residual. Works on the
 * last axis, so on sentence embeddings (B, D) or, through {@code module_input_name}, on token
 * embeddings (B, T, H). Follows the reference's {@code base/modules/dense.py}.
 */
public final class Dense implements Module {
  private static final String DEFAULT_ACTIVATION = "torch.nn.modules.activation.Tanh";

  private final Layer layer;
  private final Activation activation;
  private final Key<NDArray> input;
  private final Key<NDArray> output;

  /**
   * The numbers of a layer.
   *
   * @param weight (out, in)
   * @param bias (out), or empty
   * @param residual what is added to the activated product
   */
  public record Layer(NDArray weight, Optional<NDArray> bias, Residual residual) {
    int in() {
      return (int) weight.getShape().get(1);
    }

    int out() {
      return (int) weight.getShape().get(0);
    }
  }

  /** What a residual connection adds. */
  public interface Residual {
    /** No residual connection. */
    Residual NONE = (x, y) -> y;

    /** Adds the input itself; in and out have the same width. */
    Residual IDENTITY = (x, y) -> y.add(x);

    /** The output for input {@code x} and activated product {@code y}. */
    NDArray add(NDArray x, NDArray y);

    /** Adds x·Rᵀ, with R (out, in). */
    static Residual projected(NDArray weight) {
      return (x, y) -> y.add(Linear.linear(x, weight).singletonOrThrow());
    }
  }

  /** A layer on the sentence embedding. */
  public Dense(Layer layer, Activation activation) {
    this(layer, activation, Features.SENTENCE_EMBEDDING, Features.SENTENCE_EMBEDDING);
  }

  /** A layer from one feature to another, or to itself. */
  public Dense(Layer layer, Activation activation, Key<NDArray> input, Key<NDArray> output) {
    this.layer = layer;
    this.activation = activation;
    this.input = input;
    this.output = output;
  }

  /** Reads {@code config.json} and {@code model.safetensors}. */
  public static Dense load(ModuleDir dir) {
    Json config = dir.config("config.json");
    Weights weights = dir.weights();
    int in = config.integer("in_features");
    int out = config.integer("out_features");
    boolean biased = config.findBool("bias").orElse(true);
    Layer layer =
        new Layer(
            weights.tensor("linear.weight", out, in),
            biased ? Optional.of(weights.tensor("linear.bias", out)) : Optional.empty(),
            residual(config, weights, in, out));
    String path = config.findString("activation_function").orElse(DEFAULT_ACTIVATION);
    Key<NDArray> input =
        config.findString("module_input_name").map(Key::tensor).orElse(Features.SENTENCE_EMBEDDING);
    Key<NDArray> output = config.findString("module_output_name").map(Key::tensor).orElse(input);
    return new Dense(layer, Activation.parse(config.file(), path, weights), input, output);
  }

  private static Residual residual(Json config, Weights weights, int in, int out) {
    if (!config.findBool("use_residual").orElse(false)) {
      return Residual.NONE;
    }
    if (weights.has("residual.weight") || in != out) {
      return Residual.projected(weights.tensor("residual.weight", out, in));
    }
    return Residual.IDENTITY;
  }

  @Override
  public String name() {
    return "Dense";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(input);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(output);
  }

  @Override
  public int width(int inputWidth) {
    if (inputWidth != layer.in()) {
      throw new ModelException(
          "takes vectors of in_features "
              + layer.in()
              + ", but the modules before it make vectors of "
              + inputWidth);
    }
    return activation.width(layer.out());
  }

  @Override
  public String settings() {
    return layer.in() + " -> " + layer.out() + ", " + activation.name();
  }

  @Override
  public Features forward(Features features) {
    NDArray x = features.get(input);
    NDArray product =
        layer
            .bias()
            .map(bias -> Linear.linear(x, layer.weight(), bias))
            .orElseGet(() -> Linear.linear(x, layer.weight()))
            .singletonOrThrow();
    return features.with(output, layer.residual().add(x, activation.apply(product)));
  }
}
