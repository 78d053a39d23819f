// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Embedder;
import dev.weft.TestModel;
import dev.weft.config.ModelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbedderCacheTest {
  private static final String MODEL = TestModel.of("pooling-mean").toString();
  private static final List<String> TEXTS = List.of("a", "two words");

  private final AtomicInteger calls = new AtomicInteger();
  private final EmbedderCache cache =
      new EmbedderCache(
          key -> {
            calls.incrementAndGet();
            return Embedder.load(key.model(), key.options());
          });

  @AfterEach
  void closeAll() {
    cache.closeIdle();
  }

  @Test
  void sixteenThreadsLoadAModelOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      CountDownLatch start = new CountDownLatch(16);
      List<Future<Embedder>> running = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        running.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  try (EmbedderCache.Lease lease = cache.acquire(spec(Map.of()))) {
                    assertThat(lease.embedder().encode(TEXTS)).hasNumberOfRows(2);
                    return lease.embedder();
                  }
                }));
      }
      Set<Embedder> embedders = new HashSet<>();
      for (Future<Embedder> future : running) {
        embedders.add(future.get());
      }
      assertThat(embedders).hasSize(1);
      assertThat(calls).hasValue(1);
      assertThat(cache.loads()).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aModelNobodyUsesStaysUntilIdleOnesAreClosed() {
    EmbedderCache.Lease first = cache.acquire(spec(Map.of()));
    first.close();
    EmbedderCache.Lease second = cache.acquire(spec(Map.of()));
    assertThat(second.embedder()).isSameAs(first.embedder());
    assertThat(cache.loads()).isEqualTo(1);

    second.close();
    cache.closeIdle();

    assertClosed(second.embedder());
    try (EmbedderCache.Lease third = cache.acquire(spec(Map.of()))) {
      assertThat(third.embedder()).isNotSameAs(first.embedder());
      assertThat(third.embedder().encode(TEXTS)).hasNumberOfRows(2);
    }
    assertThat(cache.loads()).isEqualTo(2);
  }

  @Test
  void aLeasedModelIsNotIdle() {
    Embedder used;
    try (EmbedderCache.Lease lease = cache.acquire(spec(Map.of()));
        EmbedderCache.Lease other = cache.acquire(spec(Map.of("normalize", "true")))) {
      used = lease.embedder();
      // Closing one lease twice must not give back another's.
      other.close();
      other.close();

      cache.closeIdle();

      assertThat(used.encode(TEXTS)).hasNumberOfRows(2);
    }
    cache.closeIdle();
    assertClosed(used);
  }

  @Test
  void onlyOptionsOfLoadingMakeAnotherModel() {
    try (EmbedderCache.Lease plain = cache.acquire(spec(Map.of()));
        EmbedderCache.Lease cut = cache.acquire(spec(Map.of("truncateDim", "3")));
        EmbedderCache.Lease narrow = cache.acquire(spec(Map.of("workers", "1")))) {
      assertThat(cut.embedder()).isSameAs(plain.embedder());
      assertThat(narrow.embedder()).isNotSameAs(plain.embedder());
      assertThat(narrow.embedder().workers()).isEqualTo(1);
      assertThat(cache.loads()).isEqualTo(2);
    }
  }

  @Test
  void aFailureIsNotKeptAndCountsAsNoLoad() {
    AtomicInteger tries = new AtomicInteger();
    EmbedderCache flaky =
        new EmbedderCache(
            key -> {
              if (tries.incrementAndGet() < 3) {
                throw new ModelException("try " + tries);
              }
              return Embedder.load(key.model(), key.options());
            });

    for (int i = 1; i < 3; i++) {
      assertThatThrownBy(() -> flaky.acquire(spec(Map.of())))
          .isInstanceOf(ModelException.class)
          .hasMessage("try " + i);
      assertThat(flaky.loads()).isZero();
    }
    Embedder loaded;
    try (EmbedderCache.Lease lease = flaky.acquire(spec(Map.of()))) {
      loaded = lease.embedder();
      assertThat(loaded.encode(TEXTS)).hasNumberOfRows(2);
    }
    assertThat(flaky.loads()).isEqualTo(1);
    flaky.closeIdle();
    assertClosed(loaded);
  }

  @Test
  void anErrorWhileLoadingLeavesNoUserBehind() {
    AtomicInteger tries = new AtomicInteger();
    EmbedderCache flaky =
        new EmbedderCache(
            key -> {
              if (tries.incrementAndGet() == 1) {
                throw new OutOfMemoryError("no room");
              }
              return Embedder.load(key.model(), key.options());
            });

    assertThatThrownBy(() -> flaky.acquire(spec(Map.of()))).hasMessage("no room");
    Embedder loaded;
    try (EmbedderCache.Lease lease = flaky.acquire(spec(Map.of()))) {
      loaded = lease.embedder();
    }
    flaky.closeIdle();

    assertClosed(loaded);
  }

  private static EmbedderSpec spec(Map<String, String> options) {
    return EmbedderSpec.of(MODEL, options);
  }

  private static void assertClosed(Embedder embedder) {
    assertThatThrownBy(() -> embedder.encode(TEXTS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder is closed");
  }
}
