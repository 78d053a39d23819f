// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.jspecify.annotations.Nullable;

/**
 * Hands rows to the batcher and goes on. Flink's asynchronous operator keeps the rows meanwhile:
 * order, checkpoints, watermarks, back pressure and the end of input are its work. The joiner runs
 * in the task's thread.
 */
final class EmbedAsyncFunction<IN, OUT> extends RichAsyncFunction<IN, OUT> {
  private static final long serialVersionUID = 1L;

  private final EmbedPlan<IN> plan;
  private final VectorJoiner<IN, OUT> joiner;
  private transient @Nullable RuntimeContext operator;
  private transient @Nullable EmbedTask<IN> task;

  /**
   * The rows that a timeout may come for, by what Flink knows them by. Who takes one out of it,
   * timeout or vector, is the one that ends the row. Empty if there is no timeout.
   */
  private transient Map<ResultFuture<OUT>, CompletableFuture<float[]>> held = Map.of();

  EmbedAsyncFunction(EmbedPlan<IN> plan, VectorJoiner<IN, OUT> joiner) {
    this.plan = plan;
    this.joiner = joiner;
  }

  /** What is kept of it beyond this call shows less, not the TaskManager's slots for one. */
  @Override
  public void setRuntimeContext(RuntimeContext context) {
    operator = context;
    super.setRuntimeContext(context);
  }

  @Override
  public void open(OpenContext context) {
    RuntimeContext own = operator;
    task = plan.open(own == null ? getRuntimeContext() : own);
    held = hasTimeout() ? new ConcurrentHashMap<>() : Map.of();
  }

  private EmbedTask<IN> task() {
    return Opened.of(task);
  }

  private boolean hasTimeout() {
    return !plan.options().timeout().isZero();
  }

  @Override
  public void asyncInvoke(IN row, ResultFuture<OUT> result) throws InterruptedException {
    CompletableFuture<float[]> submitted = task().submit(row);
    if (hasTimeout()) {
      held.put(result, submitted);
    }
    CompletableFuture<float[]> unused =
        submitted.whenComplete(
            (vector, failure) -> {
              if (hasTimeout() && held.remove(result) == null) {
                return;
              }
              if (failure == null) {
                emit(row, vector, result);
              } else if (!(failure instanceof CancellationException)) {
                fail(row, failure, result);
              }
            });
  }

  private void emit(IN row, float[] vector, ResultFuture<OUT> result) {
    result.complete(() -> Collections.singletonList(joiner.join(row, vector)));
  }

  private void fail(IN row, Throwable failure, ResultFuture<OUT> result) {
    task().metrics().rowFailed();
    if (plan.options().onError() == BatchOptions.OnError.NULL && failure instanceof Exception) {
      emit(row, EmbedTask.NO_VECTOR, result);
    } else {
      result.completeExceptionally(EmbedFailures.ofRow(failure));
    }
  }

  @Override
  public void timeout(IN row, ResultFuture<OUT> result) {
    CompletableFuture<float[]> late = held.remove(result);
    if (late == null) {
      return;
    }
    task().abandon(late);
    task().metrics().rowTimedOut();
    fail(
        row,
        new TimeoutException(
            "no vector after "
                + plan.options().timeout()
                + "; give the model more time (BatchOptions.timeout), fewer rows at once"
                + " (BatchOptions.capacity) or more cores"),
        result);
  }

  @Override
  public void close() {
    EmbedTask<IN> open = task;
    if (open != null) {
      open.close();
    }
  }
}
