// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Convolutions over the tokens of a text, one a kernel size, side by side: (B, T, H) to (B, T′,
 * out_channels · number of kernels). A kernel of k positions with stride s sees (k − 1) / 2 zeros
 * before the first token and behind the last, so a text of n tokens gets ⌊(n + 2·⌊(k − 1) / 2⌋ − k)
 * / s⌋ + 1 positions. No activation. Follows the reference's 6.2: {@code
 * sentence_transformer/modules/cnn.py}.
 *
 * <p>In the reference a text's vectors depend on the rest of its batch: padding is convolved like
 * tokens, and positions made of it count in pooling once T′ is not T. Here every text gets what the
 * reference gives it alone: padding counts as zeros, and the attention mask handed on has the
 * text's own T′. A text without tokens, or with fewer than a kernel needs (where the reference
 * fails), has no position that counts, so pooling makes zeros of it.
 */
public final class CNN implements Module {
  private static final String CONFIG = "cnn_config.json";
  private static final Set<String> KEYS =
      Set.of(
          "in_embedding_dimension",
          "in_word_embedding_dimension",
          "out_channels",
          "kernel_sizes",
          "stride_sizes");

  private final Config config;
  private final List<Convolution> convolutions;

  private CNN(Config config, List<Convolution> convolutions) {
    this.config = config;
    this.convolutions = List.copyOf(convolutions);
  }

  /** The arguments, as the reference names them. */
  private record Config(int in, int out, List<Integer> kernels, List<Integer> strides) {
    static final int OUT = 256;
    static final List<Integer> KERNELS = List.of(1, 3, 5);

    Config {
      Checkpoint.positive("in_embedding_dimension", in);
      Checkpoint.positive("out_channels", out);
      if (kernels.isEmpty()) {
        throw new IllegalArgumentException("kernel_sizes is empty; a CNN needs at least one");
      }
      kernels.forEach(size -> Checkpoint.positive("kernel_sizes", size));
      strides.forEach(size -> Checkpoint.positive("stride_sizes", size));
      if (strides.size() != kernels.size()) {
        throw new IllegalArgumentException(
            "stride_sizes must hold one value for each of kernel_sizes "
                + kernels
                + ", but is "
                + strides);
      }
    }

    /** Without strides, which releases up to 6.0 do not save, every one is 1. */
    static Config of(int in, int out, List<Integer> kernels, Optional<List<Integer>> strides) {
      return new Config(
          in, out, kernels, strides.orElseGet(() -> Collections.nCopies(kernels.size(), 1)));
    }

    static Config parse(Json json) {
      return of(
          json.integer("in_embedding_dimension", "in_word_embedding_dimension"),
          json.findInteger("out_channels").orElse(OUT),
          json.has("kernel_sizes") ? json.integers("kernel_sizes") : KERNELS,
          json.has("stride_sizes") ? Optional.of(json.integers("stride_sizes")) : Optional.empty());
    }

    int count() {
      return kernels.size();
    }

    Set<String> tensors() {
      Set<String> names = new LinkedHashSet<>();
      for (int i = 0; i < count(); i++) {
        names.add(weight(i));
        names.add(bias(i));
      }
      return names;
    }

    static String weight(int kernel) {
      return "convs." + kernel + ".weight";
    }

    static String bias(int kernel) {
      return "convs." + kernel + ".bias";
    }
  }

  /**
   * A CNN from scratch, with random weights: 256 channels of kernels of 1, 3 and 5 tokens, all with
   * stride 1, unless said otherwise.
   *
   * @param inEmbeddingDimension width H of the token embeddings
   */
  public static Builder builder(int inEmbeddingDimension) {
    return new Builder(inEmbeddingDimension);
  }

  /** Collects the arguments. Mutable, for one thread. */
  public static final class Builder {
    private final int in;
    private int out = Config.OUT;
    private List<Integer> kernels = Config.KERNELS;
    private Optional<List<Integer>> strides = Optional.empty();
    private long seed;

    private Builder(int in) {
      this.in = in;
    }

    /** {@code out_channels}: width of what each kernel makes. */
    public Builder outChannels(int channels) {
      out = channels;
      return this;
    }

    /** {@code kernel_sizes}: how many tokens each kernel sees; all odd or all even. */
    public Builder kernelSizes(int... tokens) {
      kernels = Arrays.stream(tokens).boxed().toList();
      return this;
    }

    /** {@code stride_sizes}: the step of each kernel, in the order of the kernels. */
    public Builder strideSizes(int... tokens) {
      strides = Optional.of(Arrays.stream(tokens).boxed().toList());
      return this;
    }

    /** What random values follow from; the same seed gives the same module. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Makes the module.
     *
     * @param device owns its arrays
     * @throws IllegalArgumentException if an argument is not positive, there is no kernel, or
     *     another number of strides than of kernels
     */
    public CNN build(NDManager device) {
      Config config = Config.of(in, out, kernels, strides);
      Init init = new Init(device, seed);
      List<Convolution> convolutions = new ArrayList<>();
      for (int i = 0; i < config.count(); i++) {
        int kernel = kernels.get(i);
        int fanIn = Math.multiplyExact(in, kernel);
        convolutions.add(
            new Convolution(
                init.uniform(fanIn, out, in, kernel),
                init.uniform(fanIn, out),
                config.strides().get(i)));
      }
      return new CNN(config, convolutions);
    }
  }

  /** Reads {@code cnn_config.json} and the weights. */
  public static CNN load(ModuleDir dir) {
    Config config = Checkpoint.config(dir.config(CONFIG), KEYS, Config::parse);
    Weights weights = Checkpoint.weights(dir, config.tensors());
    List<Convolution> convolutions = new ArrayList<>();
    for (int i = 0; i < config.count(); i++) {
      int kernel = config.kernels().get(i);
      convolutions.add(
          new Convolution(
              weights.tensor(Config.weight(i), config.out(), config.in(), kernel),
              weights.tensor(Config.bias(i), config.out()),
              config.strides().get(i)));
    }
    return new CNN(config, convolutions);
  }

  @Override
  public String name() {
    return "CNN";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.TOKEN_EMBEDDINGS, Features.ATTENTION_MASK);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.TOKEN_EMBEDDINGS, Features.ATTENTION_MASK);
  }

  @Override
  public int width(int inputWidth) {
    Widths.require("in_embedding_dimension", config.in(), inputWidth);
    return config.out() * config.count();
  }

  @Override
  public String settings() {
    return config.in()
        + " -> "
        + config.out() * config.count()
        + ", kernel_sizes="
        + config.kernels()
        + ", stride_sizes="
        + config.strides();
  }

  /** Writes the old name of the dimension, which every release reads. */
  @Override
  public ModuleSpec spec() {
    JsonText text =
        new JsonText()
            .with("in_word_embedding_dimension", config.in())
            .with("out_channels", config.out())
            .with("kernel_sizes", config.kernels())
            .with("stride_sizes", config.strides());
    ModuleSpec spec = ModuleSpec.of(name()).withText(CONFIG, text.print());
    for (int i = 0; i < config.count(); i++) {
      spec =
          spec.withTensor(Config.weight(i), TensorData.of(convolutions.get(i).weight()))
              .withTensor(Config.bias(i), TensorData.of(convolutions.get(i).bias()));
    }
    return spec;
  }

  /** Replaces the token embeddings and the attention mask. */
  @Override
  public Features forward(Features features) {
    RightPadded rows = RightPadded.of(features);
    int[] lengths = Arrays.stream(rows.lengths()).map(this::length).toArray();
    int longest = Arrays.stream(lengths).max().orElse(0);
    int width = Math.max(1, longest);
    NDArray y = longest == 0 ? nothing(rows) : convolve(rows, width);
    return features
        .with(Features.TOKEN_EMBEDDINGS, y)
        .with(Features.ATTENTION_MASK, AttentionMask.of(lengths, width, PaddingSide.RIGHT));
  }

  /** How many positions a text of so many tokens gets. */
  private int length(int tokens) {
    int first = convolutions.get(0).length(tokens);
    boolean agreed = true;
    boolean fits = true;
    for (Convolution convolution : convolutions) {
      int length = convolution.length(tokens);
      fits &= length > 0;
      agreed &= length == first;
    }
    if (fits && !agreed) {
      throw new EncodeException(
          "of a text of "
              + tokens
              + " tokens kernel_sizes "
              + config.kernels()
              + " with stride_sizes "
              + config.strides()
              + " make "
              + convolutions.stream()
                  .map(c -> String.valueOf(c.length(tokens)))
                  .collect(Collectors.joining(", "))
              + " positions, which do not fit side by side; kernel sizes that are all odd or all"
              + " even and equal strides do");
    }
    return fits ? first : 0;
  }

  private NDArray nothing(RightPadded rows) {
    NDManager batch = rows.tokens().getManager();
    return batch.zeros(new Shape(rows.mask().rows(), 1, (long) config.out() * config.count()));
  }

  private NDArray convolve(RightPadded rows, int width) {
    NDList parts = new NDList(convolutions.size());
    try (parts;
        NDArray channels = channels(rows)) {
      for (Convolution convolution : convolutions) {
        parts.add(convolution.forward(channels, width));
      }
      return NDArrays.concat(parts, 2);
    }
  }

  /** (B, H, T), with zeros wherever the mask does not count. */
  private static NDArray channels(RightPadded rows) {
    NDArray tokens = rows.tokens();
    AttentionMask mask = rows.mask();
    if (mask.isFull()) {
      return tokens.transpose(0, 2, 1);
    }
    Shape columns = new Shape(mask.rows(), mask.width(), 1);
    try (NDArray counting = tokens.getManager().create(mask.toFloats(), columns);
        NDArray kept = tokens.mul(counting)) {
      return kept.transpose(0, 2, 1);
    }
  }
}
