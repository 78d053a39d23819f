// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release of sentence-transformers, for the few places where an old directory means something
 * else than a new one; {@code docs/parity.md} lists them. Immutable.
 */
public record Release(int major, int minor) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\D.*)?");

  /** Reads a version such as {@code 4.1.0} or {@code 5.4.0.dev0}; empty if it is none. */
  public static Optional<Release> parse(String version) {
    Matcher matcher = FORM.matcher(version);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new Release(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))));
  }

  /** Whether this release came before another. */
  public boolean isBefore(int otherMajor, int otherMinor) {
    return major < otherMajor || (major == otherMajor && minor < otherMinor);
  }
}
