// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * The body of an answer. The time limit of a JDK request ends with the headers, so the one of the
 * body is kept here.
 *
 * @param in the bytes; closed by whoever opened them, or by the time limit
 * @param length how many were announced
 * @param idle how long to wait for the next ones
 */
record HubBody(InputStream in, OptionalLong length, Duration idle) {

  /** For streams that keep time themselves. */
  static final Duration PATIENT = Duration.ofDays(1);

  /**
   * Copies everything and closes the target.
   *
   * @param most more bytes than these are not taken
   * @param progress told of every piece
   * @throws IOException if the body stalls, is not as long as announced, or is too long
   */
  void copyTo(OutputStream target, long most, LongConsumer progress) throws IOException {
    long total = 0;
    try (OutputStream out = target) {
      byte[] buffer = new byte[1 << 16];
      for (int count = read(buffer); count >= 0; count = read(buffer)) {
        if (total + count > most) {
          throw new IOException("more than " + most + " bytes arrived");
        }
        out.write(buffer, 0, count);
        total += count;
        progress.accept(count);
      }
    }
    if (total != length.orElse(total)) {
      throw new IOException(total + " bytes arrived of " + length.getAsLong());
    }
  }

  private int read(byte[] buffer) throws IOException {
    CompletableFuture<Boolean> stalled = new CompletableFuture<>();
    CompletableFuture<Boolean> watch =
        stalled
            .completeOnTimeout(true, idle.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((late, none) -> closeIf(late));
    try {
      return in.read(buffer);
    } catch (IOException e) {
      stalled.complete(false);
      throw watch.join() ? new IOException("nothing arrived for " + idle, e) : e;
    } finally {
      stalled.complete(false);
    }
  }

  private void closeIf(boolean stalled) {
    try {
      if (stalled) {
        in.close();
      }
    } catch (IOException e) {
      // The reader is woken up all the same.
    }
  }
}
