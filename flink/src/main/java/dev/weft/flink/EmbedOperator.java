// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Rows wait here, in the order they came, while the batcher has their texts. A row goes out when it
 * is the first and its vector is there; watermarks stand in the same queue, so they overtake
 * nothing. A checkpoint holds the rows of the queue, and a restored task hands them in again:
 * vectors are never stored.
 *
 * <p>For the task's thread. The batcher's threads only put one mail into the task's mailbox,
 * however many rows are done until it is read.
 */
final class EmbedOperator<IN, OUT> extends AbstractStreamOperator<OUT>
    implements OneInputStreamOperator<IN, OUT>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private static final String STATE = "weft-rows";

  /** Rows of one mail: a checkpoint must not wait for all that are done. */
  private static final int ROWS_A_MAIL = 64;

  private final transient EmbedPlan<IN> plan;
  private final transient VectorJoiner<IN, OUT> joiner;
  private final transient TypeInformation<IN> type;
  private final transient OutputTag<Tuple2<IN, String>> deadLetters;
  private final transient MailboxExecutor mailbox;
  private final transient TypeSerializer<IN> serializer;

  private final transient Deque<Held<IN>> queue = new ArrayDeque<>();
  private final transient AtomicBoolean mailed = new AtomicBoolean();
  private transient int rows;
  private transient @Nullable EmbedTask<IN> task;
  private transient @Nullable ListState<Tuple3<Boolean, Long, IN>> state;

  /** Something in the queue: a row with its vector to be, or what keeps its place among rows. */
  private sealed interface Held<IN> {}

  private record Row<IN>(StreamRecord<IN> record, CompletableFuture<float[]> vector)
      implements Held<IN> {}

  private record Mark<IN>(Watermark watermark) implements Held<IN> {}

  private record Status<IN>(WatermarkStatus status) implements Held<IN> {}

  EmbedOperator(
      StreamOperatorParameters<OUT> parameters,
      EmbedPlan<IN> plan,
      VectorJoiner<IN, OUT> joiner,
      TypeInformation<IN> type) {
    super(parameters);
    this.plan = plan;
    this.joiner = joiner;
    this.type = type;
    this.deadLetters = Weft.deadLetterTag(type);
    this.mailbox = parameters.getMailboxExecutor();
    this.serializer = type.createSerializer(getExecutionConfig().getSerializerConfig());
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(STATE, Types.TUPLE(Types.BOOLEAN, Types.LONG, type)));
  }

  @Override
  public void open() throws Exception {
    super.open();
    task = plan.open(getRuntimeContext());
    for (Tuple3<Boolean, Long, IN> row : state().get()) {
      add(row.f0 ? new StreamRecord<>(row.f2, row.f1) : new StreamRecord<>(row.f2));
    }
  }

  @Override
  public void processElement(StreamRecord<IN> record) throws Exception {
    boolean reused = getExecutionConfig().isObjectReuseEnabled();
    add(record.copy(reused ? serializer.copy(record.getValue()) : record.getValue()));
  }

  private void add(StreamRecord<IN> record) throws Exception {
    while (rows >= plan.options().capacity()) {
      mailbox.yield();
    }
    CompletableFuture<float[]> vector = task().submit(record.getValue());
    queue.add(new Row<>(record, vector));
    rows++;
    CompletableFuture<float[]> unused = vector.whenComplete((done, failure) -> mail());
  }

  /** Called by any thread. */
  private void mail() {
    if (!mailed.getAndSet(true)) {
      try {
        mailbox.execute(this::emit, "Weft: rows that are embedded");
      } catch (RejectedExecutionException e) {
        LOG.debug("the task has ended, and its last checkpoint has the row", e);
      }
    }
  }

  private void emit() throws Exception {
    mailed.set(false);
    int emitted = 0;
    while (emitted < ROWS_A_MAIL && emitFirst()) {
      emitted++;
    }
    if (emitted == ROWS_A_MAIL) {
      mail();
    }
  }

  /** False if the first is not ready. */
  private boolean emitFirst() throws Exception {
    Held<IN> first = queue.peek();
    if (first == null || (first instanceof Row<IN> row && !row.vector().isDone())) {
      return false;
    }
    queue.remove();
    if (first instanceof Mark<IN> mark) {
      super.processWatermark(mark.watermark());
    } else if (first instanceof Status<IN> idle) {
      super.processWatermarkStatus(idle.status());
    } else if (first instanceof Row<IN> row) {
      rows--;
      emit(row);
    }
    return true;
  }

  private void emit(Row<IN> row) {
    StreamRecord<IN> record = row.record();
    Throwable failure = failure(row.vector());
    if (failure == null) {
      output.collect(record.replace(joiner.join(record.getValue(), row.vector().join())));
      return;
    }
    task().metrics().rowFailed();
    BatchOptions.OnError mode = plan.options().onError();
    if (mode == BatchOptions.OnError.FAIL || !(failure instanceof Exception)) {
      throw EmbedFailures.ofRow(failure);
    }
    IN value = record.getValue();
    if (mode == BatchOptions.OnError.NULL) {
      output.collect(record.replace(joiner.join(value, EmbedTask.NO_VECTOR)));
    } else {
      String reason = EmbedFailures.reason(failure);
      output.collect(deadLetters, record.replace(Tuple2.of(value, reason)));
    }
  }

  private static @Nullable Throwable failure(CompletableFuture<float[]> done) {
    try {
      done.join();
      return null;
    } catch (CompletionException e) {
      return e.getCause() == null ? e : e.getCause();
    } catch (CancellationException e) {
      return e;
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (queue.peekLast() instanceof Mark<IN>) {
      // Nothing came between the two, so nobody can miss the first.
      queue.removeLast();
    }
    hold(new Mark<>(mark));
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    hold(new Status<>(status));
  }

  private void hold(Held<IN> held) throws Exception {
    queue.add(held);
    if (queue.size() == 1) {
      emitFirst();
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    List<Tuple3<Boolean, Long, IN>> waiting = new ArrayList<>(rows);
    for (Held<IN> held : queue) {
      if (held instanceof Row<IN> row) {
        StreamRecord<IN> record = row.record();
        long timestamp = record.hasTimestamp() ? record.getTimestamp() : Long.MIN_VALUE;
        waiting.add(Tuple3.of(record.hasTimestamp(), timestamp, record.getValue()));
      }
    }
    state().update(waiting);
  }

  @Override
  public void endInput() throws Exception {
    task().flush();
    while (!queue.isEmpty()) {
      if (!emitFirst()) {
        mailbox.yield();
      }
    }
  }

  private EmbedTask<IN> task() {
    return Opened.of(task);
  }

  private ListState<Tuple3<Boolean, Long, IN>> state() {
    ListState<Tuple3<Boolean, Long, IN>> initialised = state;
    if (initialised == null) {
      throw new IllegalStateException("state was asked for before it was initialised");
    }
    return initialised;
  }

  @Override
  public void close() throws Exception {
    EmbedTask<IN> open = task;
    if (open != null) {
      open.close();
    }
    super.close();
  }
}
