// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer. The time limit of a JDK request ends with the headers, so the one of the
 * body is kept here.
 *
 * @param in the bytes; closed by whoever opened them, or by the time limit
 * @param length how many were announced
 * @param idle how long to wait for the next ones
 */
record HubBody(InputStream in, OptionalLong length, Duration idle) {

  /**
   * Copies everything and closes the target.
   *
   * @return the SHA-256 of what arrived, in hexadecimal
   * @throws IOException if the body stalls, or is not as long as announced
   */
  String copyTo(OutputStream target) throws IOException {
    MessageDigest digest = sha256();
    long total = 0;
    try (OutputStream out = new DigestOutputStream(target, digest)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = read(buffer); count >= 0; count = read(buffer)) {
        out.write(buffer, 0, count);
        total += count;
      }
    }
    if (total != length.orElse(total)) {
      throw new IOException(total + " bytes arrived of " + length.getAsLong());
    }
    return HexFormat.of().formatHex(digest.digest());
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
