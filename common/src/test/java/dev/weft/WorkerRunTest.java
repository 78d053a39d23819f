// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.pipeline.EncodeException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkerRunTest {
  private static List<int[]> batches(int count) {
    return IntStream.range(0, count).mapToObj(i -> new int[] {i}).toList();
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      assertThat(thread.getState()).isNotEqualTo(Thread.State.TERMINATED);
      Thread.onSpinWait();
    }
  }

  @Test
  void aCallerThatIsInterruptedWaitsForItsOwnBatchOnly() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger others = new AtomicInteger();
    try (Workers workers = new Workers(1)) {
      FutureTask<Void> first =
          new FutureTask<>(
              () ->
                  workers.run(
                      batches(1),
                      batch -> {
                        running.countDown();
                        awaitQuietly(goOn);
                      }),
              null);
      new Thread(first).start();
      running.await();
      FutureTask<Void> second =
          new FutureTask<>(() -> workers.run(batches(5), batch -> others.incrementAndGet()), null);
      Thread caller = new Thread(second);
      caller.start();
      awaitWaiting(caller);

      caller.interrupt();

      assertThatThrownBy(second::get)
          .hasCauseInstanceOf(EncodeException.class)
          .hasRootCauseMessage("interrupted while encoding");
      assertThat(first.isDone()).isFalse();
      goOn.countDown();
      first.get();
      workers.run(batches(1), batch -> {});
      assertThat(others).hasValue(0);
    }
  }

  @Test
  void anInterruptWaitsForTheBatchThatRunsAndStartsNoOther() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger finished = new AtomicInteger();
    try (Workers workers = new Workers(1)) {
      FutureTask<Void> call =
          new FutureTask<>(
              () ->
                  workers.run(
                      batches(5),
                      batch -> {
                        running.countDown();
                        awaitQuietly(goOn);
                        finished.incrementAndGet();
                      }),
              null);
      Thread caller = new Thread(call);
      caller.start();
      running.await();
      awaitWaiting(caller);
      caller.interrupt();
      while (caller.isInterrupted()) {
        Thread.onSpinWait();
      }
      awaitWaiting(caller);
      assertThat(call.isDone()).isFalse();

      goOn.countDown();

      assertThatThrownBy(call::get).hasRootCauseMessage("interrupted while encoding");
      assertThat(finished).hasValue(1);
    }
  }

  @Test
  void theFirstFailureIsThrownAndStopsTheRest() {
    AtomicInteger begun = new AtomicInteger();
    try (Workers workers = new Workers(1)) {
      assertThatThrownBy(
              () ->
                  workers.run(
                      batches(5),
                      batch -> {
                        begun.incrementAndGet();
                        throw new AssertionError("no");
                      }))
          .isInstanceOf(EncodeException.class)
          .hasMessage("while encoding a batch: java.lang.AssertionError: no")
          .hasCauseInstanceOf(AssertionError.class);
      assertThat(begun).hasValue(1);
      workers.run(batches(3), batch -> begun.incrementAndGet());
      assertThat(begun).hasValue(4);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
