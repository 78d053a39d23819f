// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Folders that become something else by a rename, or nothing. (The JDK's temporary ones are closed
 * to other users of a shared cache.)
 */
final class Scratch {
  private Scratch() {}

  /** A name nobody else has. */
  static String name() {
    return ".weft-" + UUID.randomUUID();
  }

  /** Deletes a folder if it is there. */
  static void delete(Path folder) {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        // What is left takes room but is never read; the error that led here matters more.
      }
    }
  }
}
