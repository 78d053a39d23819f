// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.EncodeOptions;
import java.util.concurrent.CompletableFuture;

/**
 * A text on its way through a batcher, and the future its caller holds. All but the future is
 * guarded by the batcher's lock until the row is in a window, and belongs to that window's thread
 * from then on.
 */
final class PendingRow extends CompletableFuture<float[]> {
  final BatchLease caller;
  final String text;
  final EncodeOptions options;

  /** About how much of a batch it fills, above 0 and at most 1. */
  final double share;

  final long queued;
  long started;

  /** Counted among its caller's rows; guarded by the batcher's lock in a window too. */
  boolean outstanding = true;

  /** Counted as done, which a row its caller cancels is not yet. */
  boolean settled;

  PendingRow(BatchLease caller, String text, EncodeOptions options, double share, long queued) {
    this.caller = caller;
    this.text = text;
    this.options = options;
    this.share = share;
    this.queued = queued;
  }

  long deadline() {
    return queued + caller.linger();
  }
}
