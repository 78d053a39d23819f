// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.Embedder;
import dev.weft.EmbedderOptions;
import dev.weft.EncodeCounters;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One loaded model a process and device for everyone who describes it the same way. The first to
 * ask loads it, others who ask meanwhile wait for it. A model nobody uses stays loaded, as the next
 * task of a job comes in a moment, until {@link #closeIdle} is called. Thread-safe.
 */
public final class EmbedderCache {
  private static final EmbedderCache SHARED =
      new EmbedderCache(
          key -> Embedder.load(key.model(), key.options()), new Devices(Gpus.OF_ENGINE));

  private final Function<Key, Embedder> loader;
  private final Devices devices;
  private final LongSupplier nanos;
  private final Map<Key, Entry> entries = new ConcurrentHashMap<>();
  private final AtomicReference<EncodeCounters> closed = new AtomicReference<>(EncodeCounters.ZERO);
  private final AtomicLong loads = new AtomicLong();
  private final AtomicLong loadNanos = new AtomicLong();
  private final AtomicLong leases = new AtomicLong();

  /** What makes a model the same: where it comes from and how it is loaded, on which device. */
  record Key(String model, EmbedderOptions options) {
    private static Key of(EmbedderSpec spec, String device) {
      return new Key(spec.model(), spec.embedderOptions().withDevice(device));
    }

    /**
     * With as many workers as there are cores, if nobody chose another number. Not a part of what
     * makes a model the same: a process has as many cores for one task as for another.
     */
    private Key onCores(int cores) {
      boolean chosen = options.workers() > 0 || cores == 0 || !options.device().equals("cpu");
      int machine = Runtime.getRuntime().availableProcessors();
      return chosen ? this : new Key(model, options.withWorkers(Math.min(cores, machine)));
    }
  }

  EmbedderCache(Function<Key, Embedder> loader, Devices devices) {
    this(loader, devices, System::nanoTime);
  }

  /** With a clock for how long models are idle. */
  EmbedderCache(Function<Key, Embedder> loader, Devices devices, LongSupplier nanos) {
    this.loader = loader;
    this.devices = devices;
    this.nanos = nanos;
  }

  /** The cache of this process. */
  public static EmbedderCache shared() {
    return SHARED;
  }

  /** How many times a model has been loaded. */
  public long loads() {
    return loads.get();
  }

  /** How long that took, all loads together. */
  public Duration loadTime() {
    return Duration.ofNanos(loadNanos.get());
  }

  /** Models that are loaded now. */
  public long models() {
    return embedders().count();
  }

  /** Leases that are not closed. */
  public long leases() {
    return leases.get();
  }

  /** Windows and batches that wait for a worker now. */
  public long waiting() {
    return embedders().mapToLong(Embedder::waiting).sum();
  }

  /** The sum of a counter over every model since the process began, closed ones included. */
  public long total(ToLongFunction<EncodeCounters> counter) {
    return Stream.concat(Stream.of(closed.get()), embedders().map(Embedder::counters))
        .mapToLong(counter)
        .sum();
  }

  private Stream<Embedder> embedders() {
    return entries.values().stream().map(entry -> entry.embedder).filter(Objects::nonNull);
  }

  /** As {@link #acquire(EmbedderSpec, Place)}, wherever the machine decides. */
  public Lease acquire(EmbedderSpec spec) {
    return acquire(spec, Place.ANY);
  }

  /**
   * The model of a spec, loaded if it is not yet. Tasks that were assigned the same GPU share one,
   * those of another GPU have another.
   *
   * @return to be closed when the task is done; the embedder must not be
   * @throws IllegalArgumentException if a GPU was asked for or assigned that is not there
   */
  public Lease acquire(EmbedderSpec spec, Place place) {
    Key key = Key.of(spec, devices.resolve(spec.embedderOptions(), place));
    Entry entry =
        entries.compute(
            key,
            (k, present) -> {
              Entry kept = present == null ? new Entry() : present;
              kept.users++;
              return kept;
            });
    leases.incrementAndGet();
    try {
      return new Lease(key, entry.load(key.onCores(place.cores())));
    } catch (RuntimeException | Error e) {
      release(key);
      throw e;
    }
  }

  private void release(Key key) {
    leases.decrementAndGet();
    entries.computeIfPresent(
        key,
        (k, entry) -> {
          entry.users--;
          entry.released = nanos.getAsLong();
          return entry.users == 0 && entry.embedder == null ? null : entry;
        });
  }

  /** Closes the models nobody holds a lease of. */
  public void closeIdle() {
    closeIdle(Duration.ZERO);
  }

  /**
   * Closes the models of which nobody has held a lease for some time.
   *
   * @param time those that were given back later stay
   */
  public void closeIdle(Duration time) {
    long now = nanos.getAsLong();
    for (Key key : entries.keySet()) {
      entries.computeIfPresent(
          key,
          (k, entry) -> {
            if (entry.users > 0 || now - entry.released < time.toNanos()) {
              return entry;
            }
            if (entry.embedder != null) {
              entry.embedder.close();
              closed.accumulateAndGet(entry.embedder.counters(), EncodeCounters::plus);
            }
            return null;
          });
    }
  }

  /** The embedder changes inside the entry's lock, the others inside the map's only. */
  private final class Entry {
    private int users;
    private long released;
    private volatile @Nullable Embedder embedder;

    synchronized Embedder load(Key key) {
      Embedder present = embedder;
      if (present == null) {
        long start = System.nanoTime();
        present = loader.apply(key);
        loadNanos.addAndGet(System.nanoTime() - start);
        loads.incrementAndGet();
        embedder = present;
      }
      return present;
    }
  }

  /** The right to use a model until it is closed. */
  public final class Lease implements AutoCloseable {
    private final Key key;
    private final Embedder embedder;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Lease(Key key, Embedder embedder) {
      this.key = key;
      this.embedder = embedder;
    }

    /** The model, shared with other leases. */
    public Embedder embedder() {
      return embedder;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release(key);
      }
    }
  }
}
