// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.EncodeOptions;
import dev.weft.flink.BatchOptions.OnError;
import dev.weft.serve.EmbedderCache;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedding of one subtask of a query. Functions of tables do not learn when their job has
 * left, as operators do; so a model that nobody holds stays loaded for a minute, in which a job
 * that failed has come back.
 */
final class QueryTask implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueryTask.class);

  private static final Duration A_MINUTE = Duration.ofMinutes(1);

  private static final Executor IN_A_MINUTE =
      CompletableFuture.delayedExecutor(A_MINUTE.toNanos(), TimeUnit.NANOSECONDS);

  private final EmbedTask<String> task;
  private final EmbedPlan<String> plan;
  private final Executor later;

  private QueryTask(EmbedTask<String> task, EmbedPlan<String> plan, Executor later) {
    this.task = task;
    this.plan = plan;
    this.later = later;
  }

  /**
   * Takes a share of the model.
   *
   * @throws dev.weft.config.ModelException if it cannot be found or used, saying why
   */
  static QueryTask open(EmbedPlan<String> plan, FunctionContext context) {
    return open(plan, context, IN_A_MINUTE);
  }

  static QueryTask open(EmbedPlan<String> plan, FunctionContext context, Executor later) {
    EmbedTask<String> task =
        plan.open(
            TaskPlace.of(context::getExternalResourceInfos, plan.spec(), plan.cores()),
            context.getMetricGroup());
    LOG.info(
        "{}: taskmanager.numberOfTaskSlots is {} in the session that planned the query (0: not"
            + " set), which bounds the workers on a CPU; the TaskManager's own configuration is not"
            + " shown to functions, so set \"workers\" if it has another number",
        plan.spec(),
        plan.cores());
    return new QueryTask(task, plan, later);
  }

  EmbedPlan<String> plan() {
    return plan;
  }

  CompletableFuture<float[]> vector(@Nullable String text) {
    return vector(text, plan.spec().encodeOptions());
  }

  /**
   * The vector of a text, of length zero if there is no text or if the query wants none for a
   * failure. Else a failure's exception says what the job should; that of a row whose task has gone
   * is a {@link CancellationException}.
   */
  CompletableFuture<float[]> vector(@Nullable String text, EncodeOptions options) {
    CompletableFuture<float[]> result = new CompletableFuture<>();
    if (text == null) {
      result.complete(EmbedTask.NO_VECTOR);
      return result;
    }
    CompletableFuture<float[]> unused =
        submit(text, options)
            .whenComplete(
                (vector, failure) -> {
                  if (failure == null) {
                    result.complete(vector);
                  } else if (failure instanceof CancellationException) {
                    result.cancel(false);
                  } else {
                    fail(failure, result);
                  }
                });
    return result;
  }

  private CompletableFuture<float[]> submit(String text, EncodeOptions options) {
    try {
      return task.submit(text, options);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void fail(Throwable failure, CompletableFuture<float[]> result) {
    task.metrics().rowFailed();
    if (plan.options().onError() == OnError.NULL && failure instanceof Exception) {
      result.complete(EmbedTask.NO_VECTOR);
    } else {
      result.completeExceptionally(EmbedFailures.ofQuery(failure));
    }
  }

  /** Waits for a vector, as functions must that give their result at once. */
  static float[] await(CompletableFuture<float[]> vector) {
    try {
      return vector.get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      Throwable cause = ExceptionUtils.stripExecutionException(e);
      throw new FlinkRuntimeException(EmbedFailures.reason(cause), cause);
    }
  }

  private static FlinkRuntimeException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new FlinkRuntimeException("the task was cancelled while a row waited", e);
  }

  /** Drops the rows that are not done and gives the share back. */
  @Override
  public void close() {
    task.close();
    later.execute(() -> EmbedderCache.shared().closeIdle(A_MINUTE));
  }
}
