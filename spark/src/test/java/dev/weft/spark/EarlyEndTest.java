// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.EncodeOptions;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.util.ArrowUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that end before their partition does. */
class EarlyEndTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODEL =
      Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
          .toAbsolutePath()
          .normalize()
          .toString();

  /** One worker and small batches, so that a task has many of them, one after another. */
  private static final Map<String, String> OPTIONS = Map.of("workers", "1", "batchTokens", "16");

  private static volatile CompletableFuture<Running> running = new CompletableFuture<>();

  private record Running(TaskContext context, Thread thread) {
    /** Whether the task waits for batches that are handed over. */
    boolean waits() {
      return thread.getState() == Thread.State.WAITING
          && Arrays.stream(thread.getStackTrace())
              .anyMatch(frame -> frame.getClassName().startsWith("dev.weft.Workers"));
    }
  }

  private EmbedderCache.Lease lease;

  @BeforeEach
  void holdTheModel() {
    running = new CompletableFuture<>();
    lease = EmbedderCache.shared().acquire(EmbedderSpec.of(MODEL, OPTIONS));
  }

  @AfterEach
  void everythingIsFreed() {
    lease.close();
    assertThat(ArrowUtils.rootAllocator().getAllocatedMemory()).isZero();
  }

  private static Dataset<Row> texts(int count, MapFunction<Long, String> text) {
    return LOCAL
        .spark()
        .range(0, count, 1, 1)
        .map(text, Encoders.STRING())
        .toDF("text")
        .withColumn("emb", embed(col("text"), MODEL, OPTIONS));
  }

  @Test
  void aConsumerThatStopsReading() {
    Dataset<Row> query = texts(9000, i -> "number " + i % 20);

    List<Row> first =
        query
            .toJavaRDD()
            .mapPartitions(rows -> rows.hasNext() ? List.of(rows.next()).iterator() : rows)
            .collect();

    assertThat(first).hasSize(1);
  }

  @Test
  void aSourceThatFailsInTheSecondWindow() {
    Dataset<Row> query =
        texts(
            9000,
            i -> {
              if (i == 5000) {
                throw new IllegalStateException("no more");
              }
              return "number " + i % 20;
            });

    assertThatThrownBy(() -> query.foreach(row -> {})).hasStackTraceContaining("no more");
  }

  @Test
  void aModelWithoutTheLiteralsTask() {
    long allocated = ArrowUtils.rootAllocator().getAllocatedMemory();
    Dataset<Row> query =
        LOCAL
            .spark()
            .range(3)
            .select(
                embed(
                    col("id").cast("string"),
                    MODEL.replace("bert-mean-normalize", "router"),
                    Map.of("task", "passage")));

    assertThatThrownBy(query::collectAsList).hasStackTraceContaining("No route found for task");
    assertThat(ArrowUtils.rootAllocator().getAllocatedMemory()).isEqualTo(allocated);
  }

  /** The only worker is held by a call of the test, so that the task waits when it is killed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKilledTaskRunsNoFurtherBatch(boolean interrupts) throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FutureTask<float[][]> other =
        new FutureTask<>(
            () ->
                lease
                    .embedder()
                    .encode(
                        List.of("a text of the test"),
                        EncodeOptions.DEFAULT.withProgress(
                            (done, total) -> {
                              busy.countDown();
                              awaitQuietly(goOn);
                            })));
    new Thread(other).start();
    busy.await();
    long before = lease.embedder().counters().batches();
    Dataset<Row> query =
        texts(
            1000,
            i -> {
              running.complete(new Running(TaskContext.get(), Thread.currentThread()));
              return "number " + i;
            });
    FutureTask<Void> job =
        new FutureTask<>(
            () -> {
              LOCAL.spark().sparkContext().setJobGroup("killed", "killed", interrupts);
              query.foreach(row -> {});
            },
            null);
    new Thread(job).start();
    TaskContext task = running.get().context();
    while (!running.get().waits()) {
      Thread.onSpinWait();
    }

    LOCAL.spark().sparkContext().cancelJobGroup("killed");
    while (!task.isInterrupted()) {
      Thread.onSpinWait();
    }
    if (interrupts) {
      // It does not wait for the worker.
      while (!task.isCompleted()) {
        Thread.onSpinWait();
      }
    }
    goOn.countDown();
    other.get();

    assertThatThrownBy(job::get)
        .isInstanceOf(ExecutionException.class)
        .hasStackTraceContaining("cancelled");
    while (!task.isCompleted()) {
      Thread.onSpinWait();
    }
    assertThat(lease.embedder().counters().batches() - before).isEqualTo(interrupts ? 0 : 1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
