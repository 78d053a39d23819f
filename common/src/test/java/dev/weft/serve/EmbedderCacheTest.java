// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Embedder;
import dev.weft.EncodeCounters;
import dev.weft.TestModel;
import dev.weft.config.ModelException;
import java.time.Duration;
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
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbedderCacheTest {
  private static final String MODEL = TestModel.of("pooling-mean").toString();
  private static final List<String> TEXTS = List.of("a", "two words");

  private static final Devices NO_GPU = new Devices(new FakeGpus(0, ""));

  private final AtomicInteger calls = new AtomicInteger();
  private final EmbedderCache cache =
      new EmbedderCache(
          key -> {
            calls.incrementAndGet();
            return Embedder.load(key.model(), key.options());
          },
          NO_GPU);

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
  void aModelThatWasGivenBackLaterStays() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 50);
    EmbedderCache timed =
        new EmbedderCache(key -> Embedder.load(key.model(), key.options()), NO_GPU, now::get);
    Embedder early = used(timed, "1");
    now.addAndGet(60);
    Embedder late = used(timed, "2");
    now.addAndGet(40);

    timed.closeIdle(Duration.ofNanos(101));
    assertThat(timed.models()).isEqualTo(2);
    timed.closeIdle(Duration.ofNanos(100));
    assertClosed(early);
    assertThat(late.encode(TEXTS)).hasNumberOfRows(2);

    // Used again, so idle from then on.
    assertThat(used(timed, "2")).isSameAs(late);
    now.addAndGet(99);
    timed.closeIdle(Duration.ofNanos(100));
    assertThat(late.encode(TEXTS)).hasNumberOfRows(2);
    now.addAndGet(1);
    timed.closeIdle(Duration.ofNanos(100));
    assertClosed(late);
    assertThat(timed.models()).isZero();
  }

  /** A model that is loaded and given back. */
  private static Embedder used(EmbedderCache cache, String workers) {
    try (EmbedderCache.Lease lease = cache.acquire(spec(Map.of("workers", workers)))) {
      return lease.embedder();
    }
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
            },
            NO_GPU);

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
            },
            NO_GPU);

    assertThatThrownBy(() -> flaky.acquire(spec(Map.of()))).hasMessage("no room");
    Embedder loaded;
    try (EmbedderCache.Lease lease = flaky.acquire(spec(Map.of()))) {
      loaded = lease.embedder();
    }
    flaky.closeIdle();

    assertClosed(loaded);
  }

  @Test
  void tasksOfAGpuShareAModelAndThoseOfAnotherHaveAnother() {
    List<String> loaded = new ArrayList<>();
    EmbedderCache onGpus =
        new EmbedderCache(
            key -> {
              loaded.add(key.options().device());
              return Embedder.load(key.model(), key.options().withDevice("cpu"));
            },
            new Devices(new FakeGpus(2, "3,1")));
    Place three = new Place(List.of("3"), 4);
    Place one = new Place(List.of("1"), 4);
    try (EmbedderCache.Lease first = onGpus.acquire(spec(Map.of()), three);
        EmbedderCache.Lease second = onGpus.acquire(spec(Map.of("device", "cuda")), three);
        EmbedderCache.Lease other = onGpus.acquire(spec(Map.of()), one);
        EmbedderCache.Lease cpu = onGpus.acquire(spec(Map.of("device", "cpu")), one)) {
      assertThat(second.embedder()).isSameAs(first.embedder());
      assertThat(other.embedder()).isNotSameAs(first.embedder());
      assertThat(cpu.embedder()).isNotSameAs(first.embedder()).isNotSameAs(other.embedder());
      assertThat(loaded).containsExactly("cuda:0", "cuda:1", "cpu");
      assertThat(onGpus.models()).isEqualTo(3);
      assertThat(onGpus.leases()).isEqualTo(4);
    }
    assertThat(onGpus.leases()).isZero();
    onGpus.closeIdle();
    assertThat(onGpus.models()).isZero();
  }

  @Test
  void aGpuThatIsNotThereIsNoLoad() {
    assertThatThrownBy(() -> cache.acquire(spec(Map.of("device", "cuda"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(calls).hasValue(0);
    assertThat(cache.leases()).isZero();
  }

  @Test
  void coresOfTheHostBoundTheWorkersUnlessTheirNumberIsChosen() {
    Place one = new Place(List.of(), 1);
    Place many = new Place(List.of(), 100_000);
    int machine = Runtime.getRuntime().availableProcessors();
    try (EmbedderCache.Lease narrow = cache.acquire(spec(Map.of("batchTokens", "1")), one);
        EmbedderCache.Lease same = cache.acquire(spec(Map.of("batchTokens", "1")), many);
        EmbedderCache.Lease wide = cache.acquire(spec(Map.of("batchTokens", "2")), many);
        EmbedderCache.Lease chosen = cache.acquire(spec(Map.of("workers", "3")), one)) {
      assertThat(narrow.embedder().workers()).isEqualTo(1);
      assertThat(same.embedder()).isSameAs(narrow.embedder());
      assertThat(wide.embedder().workers()).isEqualTo(machine);
      assertThat(chosen.embedder().workers()).isEqualTo(3);
    }
  }

  @Test
  void countersOutliveTheirModels() {
    for (Map<String, String> options : List.of(Map.of("workers", "1"), Map.of("workers", "2"))) {
      try (EmbedderCache.Lease lease = cache.acquire(spec(options))) {
        lease.embedder().encode(TEXTS);
      }
      cache.closeIdle();
    }
    try (EmbedderCache.Lease lease = cache.acquire(spec(Map.of()))) {
      lease.embedder().encode(TEXTS);
      assertThat(cache.total(EncodeCounters::texts)).isEqualTo(6);
      assertThat(cache.total(EncodeCounters::tokens))
          .isEqualTo(3 * lease.embedder().counters().tokens())
          .isPositive();
      assertThat(cache.loadTime()).isPositive();
      assertThat(cache.waiting()).isZero();
    }
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
