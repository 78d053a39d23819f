// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Rows that are encoded together. If that fails, those without a vector are encoded again in
 * halves, and halves of halves, until a failure belongs to one row: its neighbours never see it. An
 * {@link Error} is nobody's text, so it ends all of them at once.
 */
final class WindowRunner {
  private final Batcher batcher;
  private final TextEncoder encoder;

  WindowRunner(Batcher batcher, TextEncoder encoder) {
    this.batcher = batcher;
    this.encoder = encoder;
  }

  /** Completes every row, one way or another. */
  void encode(List<PendingRow> rows) {
    try {
      encoder.encode(
          rows.stream().map(row -> row.text).toList(),
          rows.stream().map(row -> row.options).toList(),
          (indices, width, values) ->
              deliver(Arrays.stream(indices).mapToObj(rows::get).toList(), width, values));
    } catch (RuntimeException | Error e) {
      List<PendingRow> left = rows.stream().filter(row -> !row.settled).toList();
      Optional<Error> fatal = error(e);
      if (batcher.isClosing()) {
        settle(left, row -> row.cancel(false));
      } else if (fatal.isPresent()) {
        settle(left, row -> row.completeExceptionally(fatal.get()));
      } else if (left.size() < 2) {
        settle(left, row -> row.completeExceptionally(e));
      } else {
        encode(left.subList(0, left.size() / 2));
        encode(left.subList(left.size() / 2, left.size()));
      }
    }
  }

  /** The engine's threads wrap what they throw. */
  private static Optional<Error> error(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof Error)) {
      cause = cause.getCause();
    }
    return Optional.ofNullable((Error) cause);
  }

  private void deliver(List<PendingRow> rows, int width, FloatBuffer values) {
    settle(
        rows,
        row -> {
          float[] vector = new float[width];
          values.get(vector);
          batcher.cache().put(row.text, row.options, vector);
          if (row.caller.closed) {
            row.cancel(false);
          } else {
            row.complete(vector);
          }
        });
  }

  private void settle(List<PendingRow> rows, Consumer<PendingRow> completion) {
    batcher.done(rows);
    for (PendingRow row : rows) {
      row.settled = true;
      completion.accept(row);
    }
  }
}
