// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When to try again, and when to give up: after {@value #TRIES} failures in a row between which
 * nearly nothing arrived. The pause doubles, is a little random so that many workers do not come
 * back at once, and is never shorter than the hub asks for.
 *
 * @param first the pause after the first failure
 */
record HubRetry(Duration first) {
  static final int TRIES = 5;

  /** The most that a hub may ask to wait. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** As much between two failures is progress, so that a large file outlives many of them. */
  private static final long PROGRESS = 1 << 20;

  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Pattern RATE_LIMIT = Pattern.compile("(?:.*;)?\\s*t=(\\d{1,9})\\s*(?:;.*)?");

  /** An answer that says to come back later. */
  static final class BusyException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Duration asked;

    BusyException(int status, HttpHeaders headers) {
      super("HTTP " + status);
      this.asked = asked(headers);
    }
  }

  /** One try. */
  interface Attempt {
    void run() throws IOException, InterruptedException;

    /** Bytes that a further try need not fetch again. */
    long kept() throws IOException;
  }

  /**
   * Tries until it works.
   *
   * @throws IOException of the last try; its message says how many there were
   */
  void run(Attempt attempt) throws IOException, InterruptedException {
    int failures = 0;
    while (true) {
      long before = attempt.kept();
      try {
        attempt.run();
        return;
      } catch (IOException e) {
        failures = attempt.kept() - before >= PROGRESS ? 1 : failures + 1;
        if (failures == TRIES) {
          throw new IOException(e + ", " + TRIES + " tries", e);
        }
        Thread.sleep(pause(failures, e).toMillis());
      }
    }
  }

  private Duration pause(int failures, IOException failure) throws IOException {
    Duration asked = failure instanceof BusyException busy ? busy.asked : Duration.ZERO;
    if (asked.compareTo(PATIENCE) > 0) {
      throw new IOException(
          failure.getMessage() + ", the hub asks to wait for " + asked.toSeconds() + " s", failure);
    }
    double spread = 1 + ThreadLocalRandom.current().nextDouble() / 2;
    Duration own = Duration.ofMillis((long) ((first.toMillis() << (failures - 1)) * spread));
    return own.compareTo(asked) > 0 ? own : asked;
  }

  /** {@code Retry-After} in both forms, else the hub's own {@code RateLimit}. */
  private static Duration asked(HttpHeaders headers) {
    Optional<String> after = headers.firstValue("Retry-After").map(String::strip);
    Optional<String> limit =
        headers
            .firstValue("RateLimit")
            .map(RATE_LIMIT::matcher)
            .filter(Matcher::matches)
            .map(match -> match.group(1));
    Optional<Duration> wait =
        after.filter(SECONDS.asMatchPredicate()).map(HubRetry::seconds).or(() -> date(after));
    return wait.or(() -> limit.map(HubRetry::seconds)).orElse(Duration.ZERO);
  }

  private static Duration seconds(String text) {
    return Duration.ofSeconds(Long.parseLong(text));
  }

  private static Optional<Duration> date(Optional<String> text) {
    try {
      return text.map(t -> ZonedDateTime.parse(t, DateTimeFormatter.RFC_1123_DATE_TIME))
          .map(date -> Duration.between(ZonedDateTime.now(date.getZone()), date));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
