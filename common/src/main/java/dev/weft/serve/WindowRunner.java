// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.TextFailure;
import dev.weft.VectorSink;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Rows that are encoded together. A text that cannot be encoded fails its own row; what ends the
 * call is nobody's text, so it ends all that are left, as an {@link Error}.
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
          new VectorSink() {
            @Override
            public void accept(int[] indices, int width, FloatBuffer values) {
              deliver(Arrays.stream(indices).mapToObj(rows::get).toList(), width, values);
            }

            /** Without the text: logs are read by others than the data. */
            @Override
            public void failed(int index, TextFailure failure) {
              settle(List.of(rows.get(index)), row -> row.completeExceptionally(failure.cause()));
            }
          });
    } catch (RuntimeException | Error e) {
      Throwable end = batcher.isClosing() ? new CancellationException() : broken(e);
      settle(
          rows.stream().filter(row -> !row.settled).toList(),
          row -> row.completeExceptionally(end));
    }
  }

  /** The engine's threads wrap what they throw. */
  private static Error broken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Error error) {
        return error;
      }
    }
    return new Error(failure.getMessage(), failure);
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
