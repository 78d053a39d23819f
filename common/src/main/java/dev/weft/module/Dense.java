// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import java.util.Optional;
import java.util.Set;

/**
 * A fully connected layer: y = act(x·Wᵀ + b), plus x itself or x·Rᵀ with a residual. Works on the
 * last axis, so on sentence embeddings (B, D) or, through {@code module_input_name}, on token
 * embeddings (B, T, H). Follows the reference's {@code base/modules/dense.py}.
 */
public final class Dense implements Module {
  private static final String CONFIG = "config.json";
  private static final String WEIGHT = "linear.weight";
  private static final String BIAS = "linear.bias";
  private static final String RESIDUAL = "residual.weight";

  private final NDArray weight;
  private final Optional<NDArray> bias;
  private final Activation activation;
  private final Residual residual;
  private final Mapping mapping;

  private Dense(
      NDArray weight,
      Optional<NDArray> bias,
      Activation activation,
      Residual residual,
      Mapping mapping) {
    this.weight = weight;
    this.bias = bias;
    this.activation = activation;
    this.residual = residual;
    this.mapping = mapping;
  }

  /**
   * What a residual connection adds: nothing, the input, or its projection.
   *
   * @param used whether there is one
   * @param weight R (out, in); empty for the input itself
   */
  private record Residual(boolean used, Optional<NDArray> weight) {
    static final Residual NONE = new Residual(false, Optional.empty());

    NDArray add(NDArray x, NDArray y) {
      if (!used) {
        return y;
      }
      return y.add(weight.map(r -> Linear.linear(x, r).singletonOrThrow()).orElse(x));
    }
  }

  /**
   * A layer from scratch. The activation is Tanh and there is a bias, unless said otherwise.
   *
   * @param inFeatures width of the vectors it takes
   * @param outFeatures width of the vectors it makes, before the activation
   */
  public static Builder builder(int inFeatures, int outFeatures) {
    return new Builder(inFeatures, outFeatures);
  }

  /** Collects what a layer consists of. Mutable, for one thread. */
  public static final class Builder {
    private final int in;
    private final int out;
    private Activation activation = Activation.of("Tanh");
    private boolean biased = true;
    private boolean residual;
    private Optional<float[]> weight = Optional.empty();
    private Optional<float[]> bias = Optional.empty();
    private Mapping mapping = Mapping.SENTENCE;
    private long seed;

    private Builder(int in, int out) {
      if (in < 1 || out < 1) {
        throw new IllegalArgumentException(
            "in_features and out_features must be positive, but are " + in + " and " + out);
      }
      this.in = in;
      this.out = out;
    }

    /** {@code activation_function}. */
    public Builder activation(Activation function) {
      activation = function;
      return this;
    }

    /** {@code bias=False}. */
    public Builder withoutBias() {
      biased = false;
      return this;
    }

    /** {@code init_weight}: W row by row, (out, in) values. Without it they are random. */
    public Builder weight(float[] values) {
      weight = Optional.of(checked("init_weight", values, (long) out * in));
      return this;
    }

    /** {@code init_bias}: (out) values. Without it they are random. */
    public Builder bias(float[] values) {
      bias = Optional.of(checked("init_bias", values, out));
      return this;
    }

    /**
     * {@code use_residual=True}: adds the input to the output, through a projection where the
     * widths differ.
     */
    public Builder withResidual() {
      residual = true;
      return this;
    }

    /** {@code module_input_name} and {@code module_output_name}. */
    public Builder mapping(Mapping features) {
      mapping = features;
      return this;
    }

    /** What random values follow from; the same seed gives the same layer. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Makes the layer.
     *
     * @param device owns its arrays
     */
    public Dense build(NDManager device) {
      Init init = new Init(device, seed);
      NDArray w =
          weight
              .map(values -> device.create(values, new Shape(out, in)))
              .orElseGet(() -> init.uniform(in, out, in));
      Optional<NDArray> b = Optional.empty();
      if (biased) {
        b = Optional.of(bias.map(device::create).orElseGet(() -> init.uniform(in, out)));
      }
      Optional<NDArray> r =
          residual && in != out ? Optional.of(init.uniform(in, out, in)) : Optional.empty();
      return new Dense(w, b, activation, new Residual(residual, r), mapping);
    }

    private static float[] checked(String name, float[] values, long expected) {
      if (values.length != expected) {
        throw new IllegalArgumentException(
            name + " must hold " + expected + " values, but holds " + values.length);
      }
      return values.clone();
    }
  }

  /** Reads {@code config.json} and the weights. */
  public static Dense load(ModuleDir dir) {
    Json config = dir.config(CONFIG);
    Weights weights = dir.weights();
    int in = config.integer("in_features");
    int out = config.integer("out_features");
    boolean biased = config.findBool("bias").orElse(true);
    return new Dense(
        weights.tensor(WEIGHT, out, in),
        biased ? Optional.of(weights.tensor(BIAS, out)) : Optional.empty(),
        Activation.parse(config, weights),
        residual(config, weights, in, out),
        Mapping.parse(config));
  }

  private static Residual residual(Json config, Weights weights, int in, int out) {
    if (!config.findBool("use_residual").orElse(false)) {
      return Residual.NONE;
    }
    boolean projected = weights.has(RESIDUAL) || in != out;
    return new Residual(
        true, projected ? Optional.of(weights.tensor(RESIDUAL, out, in)) : Optional.empty());
  }

  @Override
  public String name() {
    return "Dense";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(mapping.input());
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(mapping.output());
  }

  private int in() {
    return (int) weight.getShape().get(1);
  }

  private int out() {
    return (int) weight.getShape().get(0);
  }

  @Override
  public int width(int inputWidth) {
    Widths.require("in_features", in(), inputWidth);
    return activation.width(out());
  }

  @Override
  public String settings() {
    return in() + " -> " + out() + ", " + activation.name();
  }

  @Override
  public ModuleSpec spec() {
    JsonText config =
        mapping.write(
            new JsonText()
                .with("in_features", in())
                .with("out_features", out())
                .with("bias", bias.isPresent())
                .with("activation_function", activation.path()));
    if (residual.used()) {
      config.with("use_residual", true);
    }
    ModuleSpec spec =
        ModuleSpec.of(name())
            .withText(CONFIG, config.print())
            .withTensor(WEIGHT, TensorData.of(weight))
            .withTensors(activation.parameters());
    if (bias.isPresent()) {
      spec = spec.withTensor(BIAS, TensorData.of(bias.get()));
    }
    if (residual.weight().isPresent()) {
      spec = spec.withTensor(RESIDUAL, TensorData.of(residual.weight().get()));
    }
    return spec;
  }

  @Override
  public Features forward(Features features) {
    NDArray x = features.get(mapping.input());
    NDArray product =
        bias.map(b -> Linear.linear(x, weight, b))
            .orElseGet(() -> Linear.linear(x, weight))
            .singletonOrThrow();
    return features.with(mapping.output(), residual.add(x, activation.apply(product)));
  }
}
