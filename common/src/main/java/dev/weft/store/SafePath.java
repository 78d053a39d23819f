// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Names of files that somebody else chose. */
final class SafePath {
  private SafePath() {}

  /**
   * Whether a relative path with slashes stays below its directory, on every system: no {@code ..},
   * no drive letter, no backslash, nothing that a normal form would lack.
   */
  static boolean isInside(String file) {
    if (file.isEmpty()
        || file.startsWith("/")
        || file.contains("..")
        || file.matches("(?s).*[\\\\:\\x00].*")) {
      return false;
    }
    try {
      return Path.of(file).normalize().toString().replace('\\', '/').equals(file);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
