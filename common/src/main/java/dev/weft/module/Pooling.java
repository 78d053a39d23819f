// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.AttentionMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One vector a text from one vector a token: (B, T, H) to (B, H · number of modes), the modes'
 * results side by side in list order. Follows the reference's 6.2: {@code
 * sentence_transformer/modules/pooling.py}.
 *
 * <p>With m the positions that count, e the token embeddings and ε = 1e-9:
 *
 * <ul>
 *   <li>{@code cls}, {@code lasttoken}: the first and the last position of m; zeros if m is empty
 *   <li>{@code max}: over m; zeros if m is empty (the reference: −∞)
 *   <li>{@code mean}: Σ e / max(|m|, ε); {@code mean_sqrt_len_tokens}: Σ e / √max(|m|, ε)
 *   <li>{@code weightedmean}: Σ w·e / max(Σ w, ε), w the position in the row from 1, left padding
 *       and only it not counted
 * </ul>
 *
 * <p>After WordWeights the sum of the words' weights stands for |m| and for Σ w. A negative or zero
 * sum is clamped to ε as well, and the quotient explodes or is zero, as in the reference.
 */
public final class Pooling implements Module {
  private static final String CONFIG = "config.json";
  private static final float EPSILON = 1e-9f;

  private final int dimension;
  private final List<PoolingMode> modes;
  private final PromptPooling prompt;

  /**
   * Makes a pooling module.
   *
   * @param dimension width H of the token embeddings
   * @param modes at least one; their results are concatenated in this order
   * @param prompt whether the tokens of a prompt count
   */
  public Pooling(int dimension, List<PoolingMode> modes, PromptPooling prompt) {
    if (modes.isEmpty()) {
      throw new IllegalArgumentException("Pooling needs at least one mode");
    }
    this.dimension = dimension;
    this.modes = List.copyOf(modes);
    this.prompt = prompt;
  }

  /** One mode, prompts included. */
  public Pooling(int dimension, PoolingMode mode) {
    this(dimension, List.of(mode), PromptPooling.INCLUDE);
  }

  /** Reads {@code config.json} as any release wrote it. */
  public static Pooling load(ModuleDir dir) {
    return parse(dir.config(CONFIG));
  }

  /** The module a configuration describes; it has no weights. */
  public static Pooling parse(Json config) {
    boolean include = config.findBool("include_prompt").orElse(true);
    return new Pooling(
        config.integer("embedding_dimension", "word_embedding_dimension"),
        config.has("pooling_mode") ? namedModes(config) : flaggedModes(config),
        include ? PromptPooling.INCLUDE : PromptPooling.EXCLUDE);
  }

  private static List<PoolingMode> namedModes(Json config) {
    List<PoolingMode> modes = new ArrayList<>();
    for (String name : config.strings("pooling_mode")) {
      modes.add(
          PoolingMode.find(name)
              .orElseThrow(
                  () ->
                      new ModelException(
                          config.file()
                              + ": pooling_mode \""
                              + name
                              + "\" is not known; known: "
                              + PoolingMode.configNames())));
    }
    if (modes.isEmpty()) {
      throw new ModelException(
          config.file() + ": \"pooling_mode\" is empty; known: " + PoolingMode.configNames());
    }
    return modes;
  }

  /** Releases before 5.4: one boolean a mode, {@code mean} being on where the file is silent. */
  private static List<PoolingMode> flaggedModes(Json config) {
    List<PoolingMode> modes =
        Arrays.stream(PoolingMode.values())
            .filter(m -> config.findBool(m.flag()).orElse(m == PoolingMode.MEAN))
            .toList();
    return modes.isEmpty() ? List.of(PoolingMode.MEAN) : modes;
  }

  @Override
  public String name() {
    return "Pooling";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.TOKEN_EMBEDDINGS, Features.ATTENTION_MASK);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.SENTENCE_EMBEDDING);
  }

  /** The width of its vectors. */
  public int width() {
    return dimension * modes.size();
  }

  @Override
  public int width(int inputWidth) {
    Widths.require("embedding_dimension", dimension, inputWidth);
    return width();
  }

  @Override
  public String settings() {
    return modes.stream().map(PoolingMode::configName).collect(Collectors.joining("+"))
        + ", include_prompt="
        + (prompt == PromptPooling.INCLUDE);
  }

  /**
   * Writes the flags that every release reads, unless the order of the modes needs the list of 5.4.
   */
  @Override
  public ModuleSpec spec() {
    JsonText config = new JsonText();
    boolean fixedOrder = modes.stream().sorted().distinct().toList().equals(modes);
    if (fixedOrder) {
      config.with("word_embedding_dimension", dimension);
      for (PoolingMode mode : PoolingMode.values()) {
        config.with(mode.flag(), modes.contains(mode));
      }
    } else {
      config
          .with("embedding_dimension", dimension)
          .with("pooling_mode", modes.stream().map(PoolingMode::configName).toList());
    }
    config.with("include_prompt", prompt == PromptPooling.INCLUDE);
    return ModuleSpec.of(name()).withText(CONFIG, config.print());
  }

  @Override
  public Features forward(Features features) {
    NDArray tokens = features.get(Features.TOKEN_EMBEDDINGS);
    AttentionMask mask = mask(features, (int) tokens.getShape().get(1));
    Optional<NDArray> wordWeights = features.find(Features.TOKEN_WEIGHTS_SUM);
    NDList parts = new NDList(modes.size());
    for (PoolingMode mode : modes) {
      parts.add(
          wordWeights
              .filter(sums -> mode.isAverage())
              .map(sums -> weighted(mode, tokens, mask, sums))
              .orElseGet(() -> pool(mode, tokens, mask)));
    }
    NDArray pooled = parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 1);
    return features.with(Features.SENTENCE_EMBEDDING, pooled);
  }

  /** Every position counts where a strided CNN has left fewer of them than there are tokens. */
  private AttentionMask mask(Features features, int width) {
    AttentionMask given = features.get(Features.ATTENTION_MASK);
    AttentionMask mask = given.width() == width ? given : AttentionMask.full(given.rows(), width);
    return prompt == PromptPooling.EXCLUDE
        ? mask.withoutPrompt(features.find(Features.PROMPT_LENGTH).orElse(0))
        : mask;
  }

  /** An average whose divisor is the sum of the words' weights, which the tokens carry already. */
  private static NDArray weighted(
      PoolingMode mode, NDArray tokens, AttentionMask mask, NDArray sums) {
    float[] positions = mode == PoolingMode.WEIGHTEDMEAN ? positions(mask) : mask.toFloats(1f, 0f);
    try (NDArray total = weightedSum(tokens, positions);
        NDArray clamped = sums.maximum(EPSILON);
        NDArray divisor =
            mode == PoolingMode.MEAN_SQRT_LEN_TOKENS ? clamped.sqrt() : clamped.mul(1);
        NDArray column = divisor.expandDims(1)) {
      return total.div(column);
    }
  }

  private static NDArray pool(PoolingMode mode, NDArray tokens, AttentionMask mask) {
    return switch (mode) {
      case CLS -> weightedSum(tokens, oneHot(mask, End.FIRST));
      case LASTTOKEN -> weightedSum(tokens, oneHot(mask, End.LAST));
      case MAX -> max(tokens, mask);
      case MEAN -> weightedSum(tokens, shares(mask, n -> 1 / n));
      case MEAN_SQRT_LEN_TOKENS -> weightedSum(tokens, shares(mask, n -> 1 / (float) Math.sqrt(n)));
      case WEIGHTEDMEAN -> weightedSum(tokens, positionShares(mask));
    };
  }

  /** Σₜ weights[b, t] · tokens[b, t]: every mode but max is one small product a row. */
  private static NDArray weightedSum(NDArray tokens, float[] weights) {
    Shape shape = tokens.getShape();
    NDManager batch = tokens.getManager();
    try (NDArray rows = batch.create(weights, new Shape(shape.get(0), 1, shape.get(1)));
        NDArray sums = rows.matMul(tokens)) {
      return sums.squeeze(1);
    }
  }

  private static NDArray max(NDArray tokens, AttentionMask mask) {
    if (mask.isFull()) {
      return tokens.max(new int[] {1});
    }
    NDManager batch = tokens.getManager();
    float[] nonEmpty = new float[mask.rows()];
    for (int row = 0; row < nonEmpty.length; row++) {
      nonEmpty[row] = mask.length(row) > 0 ? 1f : 0f;
    }
    Shape columns = new Shape(mask.rows(), mask.width(), 1);
    try (NDArray bias = batch.create(mask.toFloats(0f, -Float.MAX_VALUE), columns);
        NDArray kept = tokens.add(bias);
        NDArray zeroIfEmpty = batch.create(nonEmpty, new Shape(nonEmpty.length, 1))) {
      return kept.max(new int[] {1}).muli(zeroIfEmpty);
    }
  }

  private enum End {
    FIRST,
    LAST
  }

  private static float[] oneHot(AttentionMask mask, End end) {
    float[] weights = new float[mask.rows() * mask.width()];
    for (int row = 0; row < mask.rows(); row++) {
      if (mask.length(row) > 0) {
        int at = end == End.FIRST ? mask.from(row) : mask.to(row) - 1;
        weights[row * mask.width() + at] = 1;
      }
    }
    return weights;
  }

  private interface Share {
    float of(float clampedCount);
  }

  private static float[] shares(AttentionMask mask, Share share) {
    float[] weights = new float[mask.rows() * mask.width()];
    for (int row = 0; row < mask.rows(); row++) {
      int start = row * mask.width();
      float value = share.of(Math.max(mask.length(row), EPSILON));
      Arrays.fill(weights, start + mask.from(row), start + mask.to(row), value);
    }
    return weights;
  }

  /** The position of every token in its row, from 1; zero where the mask does not count. */
  private static float[] positions(AttentionMask mask) {
    float[] weights = new float[mask.rows() * mask.width()];
    for (int row = 0; row < mask.rows(); row++) {
      for (int t = mask.from(row); t < mask.to(row); t++) {
        weights[row * mask.width() + t] = t - mask.leftPads(row) + 1;
      }
    }
    return weights;
  }

  private static float[] positionShares(AttentionMask mask) {
    float[] weights = positions(mask);
    for (int row = 0; row < mask.rows(); row++) {
      int start = row * mask.width();
      float sum = 0;
      for (int t = mask.from(row); t < mask.to(row); t++) {
        sum += weights[start + t];
      }
      for (int t = mask.from(row); t < mask.to(row); t++) {
        weights[start + t] /= Math.max(sum, EPSILON);
      }
    }
    return weights;
  }
}
