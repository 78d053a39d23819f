// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.EncodeOptions;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.Place;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.jspecify.annotations.Nullable;

/**
 * A map that embeds a text of every row. The model is loaded when the first task of a process
 * opens, and is shared by all tasks there that describe it the same way.
 *
 * <p>A row without a text never reaches the model: its joiner gets a vector of length zero. An
 * empty text has a full vector, that of the special tokens.
 *
 * <p>The simple form: it encodes a text at a time and holds none back. {@link Weft#embed} gathers
 * batches, and is faster by what a batch gains.
 *
 * <p>Flink cannot see what the joiner returns: pass the type to {@code map(function, type)}, or
 * call {@code returns(type)} after it.
 *
 * @param <IN> the rows that come in
 * @param <OUT> the rows that go out
 */
public final class EmbedFunction<IN, OUT> extends RichMapFunction<IN, OUT> {
  private static final long serialVersionUID = 1L;

  private final EmbedderSpec spec;
  private final TextSelector<IN> selector;
  private final VectorJoiner<IN, OUT> joiner;
  private final TaskSelector<IN> task;
  private transient EmbedderCache.@Nullable Lease lease;

  /**
   * Describes the map; loads nothing yet.
   *
   * @param spec its model must be found on every worker
   */
  public EmbedFunction(EmbedderSpec spec, TextSelector<IN> selector, VectorJoiner<IN, OUT> joiner) {
    this(spec, selector, TaskSelector.ofSpec(), joiner);
  }

  /**
   * Describes the map; loads nothing yet.
   *
   * @param task chooses the route of a Router or Asym row by row
   */
  public EmbedFunction(
      EmbedderSpec spec,
      TextSelector<IN> selector,
      TaskSelector<IN> task,
      VectorJoiner<IN, OUT> joiner) {
    this.spec = EmbedPlan.checked(spec);
    this.selector = selector;
    this.task = task;
    this.joiner = joiner;
  }

  /**
   * Takes a share of the model.
   *
   * @throws dev.weft.config.ModelException if it cannot be found or used, saying why
   */
  @Override
  public void open(OpenContext context) {
    Place place = TaskPlace.of(getRuntimeContext(), spec, TaskSlots.of(getRuntimeContext()));
    EmbedderCache models = EmbedderCache.shared();
    lease = NativeLibraries.loading(() -> models.acquire(spec, place));
    JobModels.keep(
        getRuntimeContext(),
        List.of(EmbedFunction.class, spec, place),
        () -> models.acquire(spec, place)::close);
  }

  @Override
  public OUT map(IN row) {
    String text = selector.text(row);
    return joiner.join(row, text == null ? EmbedTask.NO_VECTOR : encode(text, task.task(row)));
  }

  private float[] encode(String text, Optional<String> route) {
    EmbedderCache.Lease held = lease;
    if (held == null) {
      throw new IllegalStateException("map was called outside open and close");
    }
    EncodeOptions options = spec.encodeOptions();
    return held.embedder().encode(List.of(text), route.map(options::withTask).orElse(options))[0];
  }

  /** Gives the share back. Flink calls it after a failed {@link #open} too. */
  @Override
  public void close() {
    EmbedderCache.Lease held = lease;
    if (held != null) {
      held.close();
      lease = null;
    }
  }
}
