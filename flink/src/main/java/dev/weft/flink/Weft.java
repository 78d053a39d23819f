// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.EmbedderSpec;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TypeExtractor;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * Embeds a text of every row of a stream. Rows of all subtasks of a TaskManager share batches of
 * one loaded model a device; see {@link BatchOptions} for their size and what they wait for.
 *
 * <p>Rows go out exactly once if the job has checkpoints: those whose vector is not there yet are
 * part of a checkpoint. Timestamps are kept, watermarks overtake nothing. A row without a text
 * never reaches the model: its joiner gets a vector of length zero.
 *
 * <p>Where Flink cannot see what the joiner returns, as with tuples, call {@code returns(type)} on
 * the result.
 */
public final class Weft {
  private static final String NAME = "weft embed";
  private static final String DEAD_LETTERS = "weft-dead-letters";

  private static final int[] NO_INDEX = {};

  private Weft() {}

  /**
   * Embeds by Flink's asynchronous operator, with {@link BatchOptions#DEFAULT}.
   *
   * @param spec its model must be found on every TaskManager
   */
  public static <IN, OUT> SingleOutputStreamOperator<OUT> embed(
      DataStream<IN> stream,
      TextSelector<IN> text,
      VectorJoiner<IN, OUT> joiner,
      EmbedderSpec spec) {
    return embed(stream, text, TaskSelector.ofSpec(), joiner, spec, BatchOptions.DEFAULT);
  }

  /** As {@link #embed(DataStream, TextSelector, VectorJoiner, EmbedderSpec)}, with options. */
  public static <IN, OUT> SingleOutputStreamOperator<OUT> embed(
      DataStream<IN> stream,
      TextSelector<IN> text,
      VectorJoiner<IN, OUT> joiner,
      EmbedderSpec spec,
      BatchOptions options) {
    return embed(stream, text, TaskSelector.ofSpec(), joiner, spec, options);
  }

  /**
   * Embeds by Flink's asynchronous operator.
   *
   * @param task chooses the route of a Router or Asym row by row
   * @throws IllegalArgumentException for dead letters, which that operator has no output for
   */
  public static <IN, OUT> SingleOutputStreamOperator<OUT> embed(
      DataStream<IN> stream,
      TextSelector<IN> text,
      TaskSelector<IN> task,
      VectorJoiner<IN, OUT> joiner,
      EmbedderSpec spec,
      BatchOptions options) {
    return embed(stream, joiner, plan(text, task, spec, options));
  }

  static <IN, OUT> SingleOutputStreamOperator<OUT> embed(
      DataStream<IN> stream, VectorJoiner<IN, OUT> joiner, EmbedPlan<IN> plan) {
    BatchOptions options = plan.options();
    if (options.onError() == BatchOptions.OnError.SIDE_OUTPUT) {
      throw new IllegalArgumentException(
          "onError SIDE_OUTPUT needs embedBatched; embed has FAIL and NULL");
    }
    EmbedAsyncFunction<IN, OUT> function = new EmbedAsyncFunction<>(plan, joiner);
    long timeout = options.timeout().toMillis();
    SingleOutputStreamOperator<OUT> embedded =
        options.order() == BatchOptions.Order.ORDERED
            ? AsyncDataStream.orderedWait(
                stream, function, timeout, TimeUnit.MILLISECONDS, options.capacity())
            : AsyncDataStream.unorderedWait(
                stream, function, timeout, TimeUnit.MILLISECONDS, options.capacity());
    return embedded.returns(type(stream, joiner)).name(NAME);
  }

  /**
   * Embeds by an operator of its own, with {@link BatchOptions#DEFAULT}.
   *
   * @param spec its model must be found on every TaskManager
   */
  public static <IN, OUT> SingleOutputStreamOperator<OUT> embedBatched(
      DataStream<IN> stream,
      TextSelector<IN> text,
      VectorJoiner<IN, OUT> joiner,
      EmbedderSpec spec) {
    return embedBatched(stream, text, TaskSelector.ofSpec(), joiner, spec, BatchOptions.DEFAULT);
  }

  /** As {@link #embedBatched(DataStream, TextSelector, VectorJoiner, EmbedderSpec)}. */
  public static <IN, OUT> SingleOutputStreamOperator<OUT> embedBatched(
      DataStream<IN> stream,
      TextSelector<IN> text,
      VectorJoiner<IN, OUT> joiner,
      EmbedderSpec spec,
      BatchOptions options) {
    return embedBatched(stream, text, TaskSelector.ofSpec(), joiner, spec, options);
  }

  /**
   * Embeds by an operator of its own, which has an output for {@link #deadLetters} and does less a
   * row than Flink's. It keeps the order of rows whatever the options allow, and has no timeout.
   *
   * @param task chooses the route of a Router or Asym row by row
   */
  public static <IN, OUT> SingleOutputStreamOperator<OUT> embedBatched(
      DataStream<IN> stream,
      TextSelector<IN> text,
      TaskSelector<IN> task,
      VectorJoiner<IN, OUT> joiner,
      EmbedderSpec spec,
      BatchOptions options) {
    return embedBatched(stream, joiner, plan(text, task, spec, options));
  }

  static <IN, OUT> SingleOutputStreamOperator<OUT> embedBatched(
      DataStream<IN> stream, VectorJoiner<IN, OUT> joiner, EmbedPlan<IN> plan) {
    return stream.transform(
        NAME, type(stream, joiner), new EmbedOperatorFactory<>(plan, joiner, stream.getType()));
  }

  /**
   * The rows that could not be embedded, each with the reason in words.
   *
   * @param embedded what {@link #embedBatched} returned, with {@link
   *     BatchOptions.OnError#SIDE_OUTPUT}
   * @param type of the rows that went in
   */
  public static <IN> DataStream<Tuple2<IN, String>> deadLetters(
      SingleOutputStreamOperator<?> embedded, TypeInformation<IN> type) {
    return embedded.getSideOutput(deadLetterTag(type));
  }

  static <IN> OutputTag<Tuple2<IN, String>> deadLetterTag(TypeInformation<IN> type) {
    return new OutputTag<>(DEAD_LETTERS, Types.TUPLE(type, Types.STRING));
  }

  private static <IN> EmbedPlan<IN> plan(
      TextSelector<IN> text, TaskSelector<IN> task, EmbedderSpec spec, BatchOptions options) {
    return new EmbedPlan<>(spec, text, task, options, 0, LeaseSource.SHARED);
  }

  private static <IN, OUT> TypeInformation<OUT> type(
      DataStream<IN> stream, VectorJoiner<IN, OUT> joiner) {
    return TypeExtractor.getUnaryOperatorReturnType(
        joiner, VectorJoiner.class, 0, 1, NO_INDEX, stream.getType(), "the joiner", true);
  }
}
