// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * One batcher a loaded model, and so a device, for all callers of the process. A batcher begins
 * with its first lease and ends with its last. Thread-safe.
 */
public final class Batchers {
  private static final Batchers SHARED =
      new Batchers((spec, place) -> new LeasedEncoder(EmbedderCache.shared().acquire(spec, place)));

  private final BiFunction<EmbedderSpec, Place, TextEncoder> opener;
  private final BatchClock clock;
  private final Map<Object, Entry> entries = new HashMap<>();

  private static final class Entry {
    final Batcher batcher;
    int leases;

    Entry(Batcher batcher) {
      this.batcher = batcher;
    }
  }

  /**
   * Batchers on encoders of one's own.
   *
   * @param opener called for every lease; what it makes is closed here
   */
  public Batchers(BiFunction<EmbedderSpec, Place, TextEncoder> opener) {
    this(opener, BatchClock.SYSTEM);
  }

  Batchers(BiFunction<EmbedderSpec, Place, TextEncoder> opener, BatchClock clock) {
    this.opener = opener;
    this.clock = clock;
  }

  /** The batchers of this process, on the models of {@link EmbedderCache#shared}. */
  public static Batchers shared() {
    return SHARED;
  }

  /**
   * A seat at the batcher of a spec's model, which is loaded if it is not yet.
   *
   * @param place where the host lets the model run
   * @return to be closed by the caller
   * @throws dev.weft.config.ModelException if the model cannot be found or used
   */
  public BatchLease acquire(
      EmbedderSpec spec, Place place, BatchTerms terms, BatchObserver observer) {
    // Loading takes long: others must be able to acquire and release meanwhile.
    TextEncoder encoder = opener.apply(spec, place);
    Batcher batcher;
    synchronized (entries) {
      Entry entry =
          entries.computeIfAbsent(encoder.model(), model -> new Entry(new Batcher(encoder, clock)));
      entry.leases++;
      batcher = entry.batcher;
    }
    if (batcher.encoder() != encoder) {
      encoder.close();
    }
    BatchLease lease = new BatchLease(this, batcher, terms, observer);
    batcher.join(lease);
    return lease;
  }

  void release(Batcher batcher) {
    synchronized (entries) {
      Object model = batcher.encoder().model();
      Entry entry = entries.get(model);
      if (entry == null || --entry.leases > 0) {
        return;
      }
      entries.remove(model);
    }
    // Outside the lock, as it waits for a batch.
    batcher.close();
  }
}
