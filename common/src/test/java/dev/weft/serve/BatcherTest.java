// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.Embedder;
import dev.weft.EncodeCounters;
import dev.weft.EncodeOptions;
import dev.weft.TestModel;
import dev.weft.pipeline.EncodeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A text of eight letters counts as four tokens, a quarter of this model's batch. */
@Timeout(60)
class BatcherTest {
  private static final EncodeOptions OPTIONS = EncodeOptions.DEFAULT;
  private static final Duration LINGER = Duration.ofNanos(500);
  private static final int MANY = 100;

  private final FakeClock clock = new FakeClock();
  private FakeTextEncoder encoder = new FakeTextEncoder("a model", 1, 16);
  private final Batchers batchers = new Batchers((spec, place) -> encoder, clock);
  private final List<BatchLease> leases = new ArrayList<>();

  @AfterEach
  void closeAll() {
    encoder.open();
    leases.forEach(BatchLease::close);
    assertThat(encoder.closes()).isEqualTo(leases.isEmpty() ? 0 : 1);
  }

  @Test
  void aWindowBeginsWhenABatchIsFullWhoeverTheRowsAreOf() throws Exception {
    BatchLease first = lease(MANY);
    BatchLease second = lease(MANY);

    CompletableFuture<float[]> a = first.submit("aaaaaaaa", OPTIONS);
    clock.awaitWaiting();
    CompletableFuture<float[]> b = second.submit("bbbbbbbb", OPTIONS.withTask("query"));
    assertThat(encoder.calls()).isEmpty();
    assertThat(first.queued()).isEqualTo(2);
    CompletableFuture<float[]> c = first.submit("cccccccc", OPTIONS);
    CompletableFuture<float[]> d = first.submit("dddddddd", OPTIONS);

    assertThat(a.get()).containsExactly(FakeTextEncoder.vector("aaaaaaaa", OPTIONS));
    assertThat(b.get())
        .containsExactly(FakeTextEncoder.vector("bbbbbbbb", OPTIONS.withTask("query")));
    assertThat(c.get()).containsExactly(FakeTextEncoder.vector("cccccccc", OPTIONS));
    assertThat(d.get()).containsExactly(FakeTextEncoder.vector("dddddddd", OPTIONS));
    assertThat(encoder.calls())
        .containsExactly(List.of("aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd"));
    assertThat(first.queued()).isZero();
  }

  @Test
  void aRowWaitsItsLingerAndNotLonger() throws Exception {
    BatchLease lease = lease(MANY);
    CompletableFuture<float[]> row = lease.submit("a", OPTIONS);

    clock.awaitWaiting();
    clock.advance(LINGER.toNanos() - 1);
    clock.awaitWaiting();
    assertThat(encoder.calls()).isEmpty();
    clock.advance(1);

    assertThat(row.get()).hasSize(FakeTextEncoder.WIDTH);
    assertThat(encoder.calls()).containsExactly(List.of("a"));
  }

  @Test
  void theShortestLingerOfThoseThatWaitCounts() throws Exception {
    BatchLease patient = lease(MANY);
    BatchLease hasty = lease(new BatchTerms(MANY, Duration.ofNanos(10), 0));
    CompletableFuture<float[]> a = patient.submit("a", OPTIONS);
    clock.awaitWaiting();
    CompletableFuture<float[]> b = hasty.submit("b", OPTIONS);
    clock.awaitWaiting();

    clock.advance(10);

    a.get();
    b.get();
    assertThat(encoder.calls()).containsExactly(List.of("a", "b"));
  }

  @Test
  void nobodyWaitsWhenEveryRowThatMayBeInFlightIs() throws Exception {
    BatchLease first = lease(2);
    BatchLease second = lease(1);

    CompletableFuture<float[]> a = first.submit("a", OPTIONS);
    CompletableFuture<float[]> b = first.submit("b", OPTIONS);
    clock.awaitWaiting();
    CompletableFuture<float[]> c = second.submit("c", OPTIONS);

    CompletableFuture.allOf(a, b, c).get();
    assertThat(encoder.calls()).containsExactly(List.of("a", "b", "c"));
  }

  @Test
  void aCallerThatLeavesIsNotWaitedFor() throws Exception {
    BatchLease first = lease(1);
    BatchLease second = lease(1);
    CompletableFuture<float[]> a = first.submit("a", OPTIONS);
    clock.awaitWaiting();

    second.close();

    assertThat(a.get()).hasSize(FakeTextEncoder.WIDTH);
  }

  @Test
  void flushDoesNotWait() throws Exception {
    BatchLease lease = lease(MANY);
    CompletableFuture<float[]> a = lease.submit("a", OPTIONS);
    clock.awaitWaiting();

    lease.flush();

    assertThat(a.get()).hasSize(FakeTextEncoder.WIDTH);
    // What comes later waits again.
    CompletableFuture<float[]> b = lease.submit("b", OPTIONS);
    clock.awaitWaiting();
    assertThat(b).isNotDone();
  }

  @Test
  void aWindowHoldsEightBatchesAWorkerAndWaitsWhileTheModelHasEnough() throws Exception {
    BatchLease lease = lease(MANY);
    encoder.hold();
    CompletableFuture<float[]> opening = lease.submit("a".repeat(1000), OPTIONS);
    encoder.awaitCall();
    List<CompletableFuture<float[]>> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(lease.submit("text%04d".formatted(i), OPTIONS));
    }
    assertThat(lease.queued()).isEqualTo(40);

    encoder.release(1);
    encoder.awaitCall();
    assertThat(encoder.calls().get(1))
        .isEqualTo(IntStream.range(0, 32).mapToObj("text%04d"::formatted).toList());
    assertThat(lease.queued()).isEqualTo(8);
    encoder.open();

    opening.get();
    CompletableFuture.allOf(rows.toArray(CompletableFuture[]::new)).get();
    assertThat(encoder.calls()).hasSize(3);
  }

  @Test
  void aWindowIsFormedWhileTheModelHasLittleToDo() throws Exception {
    BatchLease lease = lease(MANY);
    encoder.hold();
    CompletableFuture<float[]> opening = lease.submit("aaaaaaaa", OPTIONS);
    lease.flush();
    encoder.awaitCall();
    List<CompletableFuture<float[]>> rows = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      rows.add(lease.submit("text000" + i, OPTIONS));
    }
    encoder.awaitCall();
    assertThat(opening).isNotDone();
    assertThat(encoder.calls()).hasSize(2);
    encoder.open();

    opening.get();
    CompletableFuture.allOf(rows.toArray(CompletableFuture[]::new)).get();
  }

  @Test
  void onlyTheRowsThatCannotBeEncodedFail() throws Exception {
    encoder = new FakeTextEncoder("a model of large batches", 1, 1000);
    BatchLease lease = lease(8);
    List<CompletableFuture<float[]>> rows = new ArrayList<>();
    List<String> texts = List.of("a", "b", "poison 1", "c", "d", "e", "poison 2", "f");
    for (String text : texts) {
      rows.add(lease.submit(text, OPTIONS));
    }

    for (int i = 0; i < rows.size(); i++) {
      String text = texts.get(i);
      if (text.startsWith(FakeTextEncoder.POISON)) {
        CompletableFuture<float[]> row = rows.get(i);
        assertThatThrownBy(row::get)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(EncodeException.class)
            .hasMessage("cannot encode " + text);
      } else {
        assertThat(rows.get(i).get()).containsExactly(FakeTextEncoder.vector(text, OPTIONS));
      }
    }
    assertThat(encoder.calls()).containsExactly(texts);
  }

  @Test
  void aTextThatIsRefusedIsNotInTheMessage() throws Exception {
    String model = TestModel.of("bert-mean-normalize").toString();
    EmbedderSpec spec = EmbedderSpec.of(model, Map.of("longTexts", "fail"));
    List<String> texts = List.of("a fish", "secret ".repeat(1000), "", "two fish");
    BatchTerms terms = new BatchTerms(texts.size(), LINGER, 0);
    try (BatchLease lease = Batchers.shared().acquire(spec, Place.ANY, terms, BatchObserver.NONE)) {
      List<CompletableFuture<float[]>> rows = new ArrayList<>();
      for (String text : texts) {
        rows.add(lease.submit(text, spec.encodeOptions()));
      }
      assertThatThrownBy(rows.get(1)::get)
          .cause()
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("it has \\d{4} tokens, the model takes at most \\d+");
      try (Embedder embedder = Embedder.load(model)) {
        for (int row : new int[] {0, 2, 3}) {
          float[] expected = embedder.encode(List.of(texts.get(row)), spec.encodeOptions())[0];
          assertThat(rows.get(row).get()).containsExactly(expected, within(1e-5f));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "fatal, java.lang.AssertionError, the device is gone",
    "device, java.lang.Error, CUDA out of memory"
  })
  void aBrokenModelIsNoTextsFault(String text, Class<? extends Error> type, String message)
      throws Exception {
    BatchLease lease = lease(2);
    CompletableFuture<float[]> a = lease.submit("a", OPTIONS);
    CompletableFuture<float[]> b = lease.submit(text, OPTIONS);

    for (CompletableFuture<float[]> row : List.of(a, b)) {
      assertThatThrownBy(row::get).cause().isExactlyInstanceOf(type).hasMessage(message);
    }
    assertThat(encoder.calls()).hasSize(1);
    CompletableFuture<float[]> later = lease.submit("c", OPTIONS);
    lease.flush();
    assertThat(later.get()).hasSize(FakeTextEncoder.WIDTH);
  }

  @Test
  void aCallerIsHeldToWhatItPromised() throws Exception {
    BatchLease lease = lease(2);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<List<CompletableFuture<float[]>>> submitted =
          thread.submit(
              () -> {
                List<CompletableFuture<float[]>> rows = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                  rows.add(lease.submit("text " + i, OPTIONS));
                }
                lease.flush();
                return rows;
              });

      for (CompletableFuture<float[]> row : submitted.get()) {
        row.get();
      }
    } finally {
      thread.shutdownNow();
    }
    assertThat(encoder.calls()).allSatisfy(call -> assertThat(call).hasSizeLessThanOrEqualTo(2));
  }

  @Test
  void anInterruptedCallerHasHandedInNothing() throws Exception {
    BatchLease lease = lease(1);
    encoder.hold();
    CompletableFuture<float[]> row = lease.submit("a", OPTIONS);
    encoder.awaitCall();

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> lease.submit("b", OPTIONS)).isInstanceOf(InterruptedException.class);

    encoder.open();
    row.get();
    lease.close();
    assertThat(encoder.calls()).containsExactly(List.of("a"));
  }

  @Test
  void aRowItsCallerCancelsIsNotEncoded() throws Exception {
    BatchLease lease = lease(MANY);
    CompletableFuture<float[]> a = lease.submit("a", OPTIONS);
    CompletableFuture<float[]> b = lease.submit("b", OPTIONS);

    a.cancel(false);
    lease.flush();

    b.get();
    assertThat(encoder.calls()).containsExactly(List.of("b"));
  }

  @Test
  void anAbandonedRowThatWaitsIsNotEncodedAndItsPlaceIsFree() throws Exception {
    BatchLease lease = lease(2);
    encoder.hold();
    CompletableFuture<float[]> running = lease.submit("a".repeat(1000), OPTIONS);
    encoder.awaitCall();
    CompletableFuture<float[]> queued = lease.submit("b", OPTIONS);

    lease.abandon(queued);

    assertThat(queued).isCancelled();
    assertThat(lease.queued()).isZero();
    assertThat(lease.outstanding).isEqualTo(1);
    CompletableFuture<float[]> next = lease.submit("c", OPTIONS);
    lease.flush();
    encoder.open();
    running.get();
    next.get();
    assertThat(encoder.calls()).containsExactly(List.of("a".repeat(1000)), List.of("c"));
    assertThat(lease.outstanding).isZero();
  }

  @Test
  void anAbandonedRowThatRunsIsCountedDownOnce() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    BatchLease lease =
        batchers.acquire(
            spec(),
            Place.ANY,
            new BatchTerms(2, LINGER, 0),
            (waited, ran) -> seen.incrementAndGet());
    leases.add(lease);
    encoder.hold();
    CompletableFuture<float[]> running = lease.submit("a".repeat(1000), OPTIONS);
    encoder.awaitCall();

    lease.abandon(running);
    lease.abandon(running);

    assertThat(running).isCancelled();
    assertThat(lease.outstanding).isZero();
    CompletableFuture<float[]> b = lease.submit("b", OPTIONS);
    CompletableFuture<float[]> c = lease.submit("c", OPTIONS);
    assertThat(lease.outstanding).isEqualTo(2);
    encoder.open();
    b.get();
    c.get();
    assertThat(encoder.calls()).containsExactly(List.of("a".repeat(1000)), List.of("b", "c"));
    assertThat(lease.outstanding).isZero();
    assertThat(seen).hasValue(2);
    lease.abandon(b);
    assertThat(b.get()).containsExactly(FakeTextEncoder.vector("b", OPTIONS));
    assertThat(lease.outstanding).isZero();
  }

  @Test
  void leavingDropsOnesOwnRowsOnly() throws Exception {
    BatchLease leaving = lease(MANY);
    BatchLease staying = lease(MANY);
    encoder.hold();
    CompletableFuture<float[]> running = leaving.submit("a".repeat(1000), OPTIONS);
    encoder.awaitCall();
    CompletableFuture<float[]> queued = leaving.submit("b", OPTIONS);
    CompletableFuture<float[]> others = staying.submit("c", OPTIONS);

    leaving.close();

    assertThat(queued).isCancelled();
    assertThat(running).isNotDone();
    assertThat(encoder.closes()).isZero();
    encoder.open();
    assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
    staying.flush();
    assertThat(others.get()).containsExactly(FakeTextEncoder.vector("c", OPTIONS));
    assertThat(encoder.calls()).containsExactly(List.of("a".repeat(1000)), List.of("c"));
    assertThatThrownBy(() -> leaving.submit("d", OPTIONS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the lease is closed");
  }

  @Test
  void theLastToLeaveStopsTheBatchThatRuns() throws Exception {
    BatchLease lease = lease(MANY);
    encoder.hold();
    CompletableFuture<float[]> running = lease.submit("a".repeat(1000), OPTIONS);
    CompletableFuture<float[]> queued = lease.submit("b", OPTIONS);
    encoder.awaitCall();

    lease.close();
    lease.close();

    assertThat(running).isCancelled();
    assertThat(queued).isCancelled();
    assertThat(encoder.running()).isZero();
    assertThat(encoder.closes()).isEqualTo(1);
    assertThat(encoder.calls()).hasSize(1);
  }

  @Test
  void aModelIsOpenedAnewAfterItsLastCaller() {
    List<FakeTextEncoder> opened = new ArrayList<>();
    Batchers counted =
        new Batchers(
            (spec, place) -> {
              FakeTextEncoder made = new FakeTextEncoder(spec.embedderOptions(), 1, 12);
              opened.add(made);
              return made;
            });

    BatchLease first =
        counted.acquire(spec(), Place.ANY, BatchTerms.keepOpen(), BatchObserver.NONE);
    BatchLease same =
        counted.acquire(
            EmbedderSpec.of("m", Map.of("prompt", "q: ")),
            Place.ANY,
            BatchTerms.keepOpen(),
            BatchObserver.NONE);
    BatchLease other =
        counted.acquire(
            EmbedderSpec.of("m", Map.of("device", "cuda:1")),
            Place.ANY,
            BatchTerms.keepOpen(),
            BatchObserver.NONE);
    assertThat(opened.stream().map(FakeTextEncoder::closes)).containsExactly(0, 1, 0);

    first.close();
    assertThat(opened.get(0).closes()).isZero();
    same.close();
    assertThat(opened.stream().map(FakeTextEncoder::closes)).containsExactly(1, 1, 0);

    counted.acquire(spec(), Place.ANY, BatchTerms.keepOpen(), BatchObserver.NONE).close();
    other.close();
    assertThat(opened.stream().map(FakeTextEncoder::closes)).containsExactly(1, 1, 1, 1);
  }

  @Test
  void theObserverSeesWaitingAndRunning() throws Exception {
    List<long[]> seen = new ArrayList<>();
    BatchLease lease =
        batchers.acquire(
            spec(),
            Place.ANY,
            new BatchTerms(MANY, LINGER, 0),
            (waited, ran) -> seen.add(new long[] {waited, ran}));
    leases.add(lease);
    CompletableFuture<float[]> row = lease.submit("a", OPTIONS);
    clock.awaitWaiting();
    encoder.hold();
    clock.advance(600);
    encoder.awaitCall();
    clock.advance(70);
    encoder.open();

    row.get();
    assertThat(seen).containsExactly(new long[] {600, 70});
  }

  @Test
  void aTextThatComesAgainIsNotEncodedAgain() throws Exception {
    BatchLease lease = lease(new BatchTerms(1, LINGER, 10_000));
    float[] first = lease.submit("a", OPTIONS).get();
    first[0] = Float.NaN;

    CompletableFuture<float[]> again = lease.submit("a", OPTIONS);
    CompletableFuture<float[]> otherwise = lease.submit("a", OPTIONS.withTask("query"));

    assertThat(again).isCompletedWithValueMatching(vector -> !Float.isNaN(vector[0]));
    assertThat(again.get()).containsExactly(FakeTextEncoder.vector("a", OPTIONS));
    assertThat(otherwise.get())
        .containsExactly(FakeTextEncoder.vector("a", OPTIONS.withTask("query")));
    assertThat(encoder.calls()).hasSize(2);
    assertThat(lease.cacheHits()).isEqualTo(1);
    assertThat(lease.cacheMisses()).isEqualTo(2);
  }

  @Test
  void rowsOfManyThreadsHaveTheVectorsOfTheEmbedder() throws Exception {
    String model = TestModel.of("bert-mean-normalize").toString();
    List<String> texts =
        IntStream.range(0, 120)
            .mapToObj(i -> i == 7 ? "" : "Zürich, 東京 " + "the stock fell ".repeat(i % 11) + i)
            .toList();
    EmbedderSpec spec = EmbedderSpec.of(model, Map.of("prompt", "query: "));
    int callers = 4;
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    CountDownLatch start = new CountDownLatch(callers);
    long batches = 0;
    List<Future<List<float[]>>> found = new ArrayList<>();
    try (EmbedderCache.Lease cached = EmbedderCache.shared().acquire(spec)) {
      EncodeCounters before = cached.embedder().counters();
      for (int c = 0; c < callers; c++) {
        found.add(
            threads.submit(
                () -> {
                  BatchTerms terms = new BatchTerms(32, Duration.ofMillis(20), 0);
                  try (BatchLease lease =
                      Batchers.shared().acquire(spec, Place.ANY, terms, BatchObserver.NONE)) {
                    start.countDown();
                    start.await();
                    List<CompletableFuture<float[]>> rows = new ArrayList<>();
                    for (String text : texts) {
                      rows.add(lease.submit(text, spec.encodeOptions()));
                    }
                    lease.flush();
                    List<float[]> vectors = new ArrayList<>();
                    for (CompletableFuture<float[]> row : rows) {
                      vectors.add(row.get());
                    }
                    return vectors;
                  }
                }));
      }
      for (Future<List<float[]>> caller : found) {
        caller.get();
      }
      batches = cached.embedder().counters().since(before).batches();
    } finally {
      threads.shutdownNow();
    }
    EmbedderCache.shared().closeIdle();

    assertThat(batches).isBetween(1L, (long) callers * texts.size() / 4);
    try (Embedder embedder = Embedder.load(model)) {
      float[][] expected = embedder.encode(texts, spec.encodeOptions());
      for (Future<List<float[]>> caller : found) {
        for (int i = 0; i < expected.length; i++) {
          assertThat(caller.get().get(i)).containsExactly(expected[i], within(1e-5f));
        }
      }
    }
  }

  private BatchLease lease(int inFlight) {
    return lease(new BatchTerms(inFlight, LINGER, 0));
  }

  private BatchLease lease(BatchTerms terms) {
    BatchLease lease = batchers.acquire(spec(), Place.ANY, terms, BatchObserver.NONE);
    leases.add(lease);
    return lease;
  }

  private static EmbedderSpec spec() {
    return EmbedderSpec.of("m", Map.of());
  }
}
