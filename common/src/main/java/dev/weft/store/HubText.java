// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A small answer, in memory. Mutable; for one thread. */
final class HubText implements HubAttempt.Target {
  private static final long MOST = 64 << 20;

  private final ByteArrayOutputStream text = new ByteArrayOutputStream();

  @Override
  public long offset() {
    return 0;
  }

  @Override
  public void forget() {
    text.reset();
  }

  @Override
  public void accept(HubAnswer answer) throws IOException {
    forget();
    answer.body().copyTo(text, MOST, bytes -> {});
  }

  @Override
  public String toString() {
    return text.toString(StandardCharsets.UTF_8);
  }
}
