// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.Embedder;
import dev.weft.EmbedderOptions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One loaded model a process for everyone who describes it the same way. The first to ask loads it,
 * others who ask meanwhile wait for it. A model nobody uses stays loaded, as the next task of a job
 * comes in a moment, until {@link #closeIdle} is called. Thread-safe.
 */
public final class EmbedderCache {
  private static final EmbedderCache SHARED =
      new EmbedderCache(key -> Embedder.load(key.model(), key.options()));

  private final Function<Key, Embedder> loader;
  private final Map<Key, Entry> entries = new ConcurrentHashMap<>();
  private final AtomicLong loads = new AtomicLong();

  /** What makes a model the same. */
  record Key(String model, EmbedderOptions options) {}

  EmbedderCache(Function<Key, Embedder> loader) {
    this.loader = loader;
  }

  /** The cache of this process. */
  public static EmbedderCache shared() {
    return SHARED;
  }

  /** How many times a model has been loaded. */
  public long loads() {
    return loads.get();
  }

  /**
   * The model of a spec, loaded if it is not yet.
   *
   * @return to be closed when the task is done; the embedder must not be
   */
  public Lease acquire(EmbedderSpec spec) {
    Key key = new Key(spec.model(), spec.embedderOptions());
    Entry entry =
        entries.compute(
            key,
            (k, present) -> {
              Entry kept = present == null ? new Entry() : present;
              kept.users++;
              return kept;
            });
    try {
      return new Lease(key, entry.load(key));
    } catch (RuntimeException | Error e) {
      release(key);
      throw e;
    }
  }

  private void release(Key key) {
    entries.computeIfPresent(
        key,
        (k, entry) -> {
          entry.users--;
          return entry.users == 0 && entry.embedder == null ? null : entry;
        });
  }

  /** Closes the models nobody holds a lease of. */
  public void closeIdle() {
    for (Key key : entries.keySet()) {
      entries.computeIfPresent(
          key,
          (k, entry) -> {
            if (entry.users > 0) {
              return entry;
            }
            if (entry.embedder != null) {
              entry.embedder.close();
            }
            return null;
          });
    }
  }

  /** {@code users} changes inside the map's lock only, the embedder inside the entry's. */
  private final class Entry {
    private int users;
    private volatile @Nullable Embedder embedder;

    synchronized Embedder load(Key key) {
      Embedder present = embedder;
      if (present == null) {
        present = loader.apply(key);
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
