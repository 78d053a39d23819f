// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.pipeline.EncodeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
  private final ExecutorService callers = Executors.newFixedThreadPool(5);
  private final Workers workers = new Workers(1, 2);

  @AfterEach
  void stop() {
    callers.shutdownNow();
    workers.close();
  }

  @Test
  void noMoreWindowsThanSeatsAreInside() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch seated = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      running.add(
          callers.submit(
              () ->
                  workers.seated(
                      () -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        seated.countDown();
                        await(go);
                        inside.decrementAndGet();
                      })));
    }
    seated.await();
    while (workers.waiting() < 3) {
      Thread.sleep(1);
    }
    assertThat(inside).hasValueLessThanOrEqualTo(2);

    go.countDown();
    for (Future<?> future : running) {
      future.get();
    }
    assertThat(most).hasValue(2);
    assertThat(workers.waiting()).isZero();
  }

  @Test
  void aCallerThatIsInterruptedWhileItWaitsLeavesTheQueue() throws Exception {
    CountDownLatch inside = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    for (int i = 0; i < 2; i++) {
      callers.submit(
          () ->
              workers.seated(
                  () -> {
                    inside.countDown();
                    await(go);
                  }));
    }
    inside.await();
    AtomicInteger ran = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread late =
        new Thread(
            () -> {
              failure.set(catchThrowable(() -> workers.seated(ran::incrementAndGet)));
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    late.start();
    late.interrupt();
    late.join();

    assertThat(failure.get())
        .isInstanceOf(EncodeException.class)
        .hasMessage("interrupted while encoding");
    assertThat(stillInterrupted).isTrue();
    assertThat(ran).hasValue(0);
    assertThat(workers.waiting()).isZero();
    go.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
