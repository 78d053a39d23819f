// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.module.Normalize;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Pipeline;
import dev.weft.text.Tokens;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes one vector of the windows of a long text: their mean, weighted by the tokens of the text in
 * each, and scaled to length one again where that is what the model does last. Sums are kept a
 * text, not vectors a window, and in double precision, so that the order of the batches does not
 * show.
 */
final class SplitOutput implements BatchOutput<FloatBuffer> {
  private final VectorOutput whole;
  private final NDManager device;
  private final boolean unit;
  private final Map<Integer, Sum> sums = new TreeMap<>();
  private Optional<Tokens> split = Optional.empty();

  private static final class Sum {
    final double[] values;
    long weight;
    boolean failed;

    Sum(int width) {
      values = new double[width];
    }

    void add(FloatBuffer vectors, int row, int tokens) {
      int times = Math.max(1, tokens);
      weight += times;
      for (int i = 0; i < values.length; i++) {
        values[i] += (double) times * vectors.get(row * values.length + i);
      }
    }
  }

  /**
   * Makes vectors of one task.
   *
   * @param whole takes the vectors, as if they had come from the last module
   */
  SplitOutput(VectorOutput whole, NDManager device, List<Pipeline.Step> steps) {
    this.whole = whole;
    this.device = device;
    this.unit = steps.get(steps.size() - 1).module() instanceof Normalize;
  }

  @Override
  public void begin(Tokens tokens, int firstText) {
    split = Optional.of(tokens).filter(Tokens::isSplit);
  }

  @Override
  public FloatBuffer make(Features features) {
    return split.isEmpty()
        ? whole.make(features)
        : VectorOutput.floats(features.get(Features.SENTENCE_EMBEDDING));
  }

  @Override
  public void accept(int[] texts, int[] rows, FloatBuffer made) {
    if (split.isEmpty()) {
      whole.accept(texts, rows, made);
      return;
    }
    int width = made.remaining() / rows.length;
    synchronized (sums) {
      for (int i = 0; i < rows.length; i++) {
        Sum sum = sums.computeIfAbsent(texts[i], text -> new Sum(width));
        sum.add(made, i, split.get().ownTokens(rows[i]));
      }
    }
  }

  @Override
  public void failed(int text, TextFailure failure) {
    synchronized (sums) {
      sums.computeIfAbsent(text, t -> new Sum(0)).failed = true;
    }
    whole.failed(text, failure);
  }

  /** Called by the thread of the call when the workers are done. */
  @Override
  public void end() {
    sums.values().removeIf(sum -> sum.failed);
    if (sums.isEmpty()) {
      return;
    }
    int[] texts = sums.keySet().stream().mapToInt(Integer::intValue).toArray();
    try (NDManager scope = device.newSubManager()) {
      NDArray means = means(scope);
      FloatBuffer made = whole.finish(unit ? Normalize.normalize(means) : means);
      whole.accept(texts, texts, made);
    }
    sums.clear();
  }

  private NDArray means(NDManager scope) {
    int width = sums.values().iterator().next().values.length;
    float[] means = new float[sums.size() * width];
    int next = 0;
    for (Sum sum : sums.values()) {
      for (double value : sum.values) {
        means[next++] = (float) (value / sum.weight);
      }
    }
    return scope.create(means, new Shape(sums.size(), width));
  }
}
