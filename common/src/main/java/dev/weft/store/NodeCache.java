// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/**
 * Folders that are made once a machine, by whoever comes first; others wait, and find them whole. A
 * folder's name says what is in it, so that none is ever out of date.
 *
 * @param root {@code WEFT_CACHE}, or {@code weft} in the user's cache directory
 */
record NodeCache(Path root) {

  /** Fills a new folder. */
  interface Filler {
    void fill(Path folder) throws IOException;
  }

  static NodeCache parse(Map<String, String> environment) {
    return new NodeCache(
        find(environment, "WEFT_CACHE")
            .orElseGet(
                () ->
                    find(environment, "XDG_CACHE_HOME")
                        .filter(Path::isAbsolute)
                        .orElseGet(() -> Path.of(System.getProperty("user.home", ""), ".cache"))
                        .resolve("weft")));
  }

  private static Optional<Path> find(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank()).map(Path::of);
  }

  /**
   * The folder of a key.
   *
   * @param source what it is made from, for messages
   * @throws ModelException if it cannot be made; what the filler throws passes
   */
  Path folder(String source, String key, Filler filler) {
    Path folder = root.resolve("models").resolve(key);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    try {
      Path lock = root.resolve("locks").resolve(key + ".lock");
      return ProcessLock.holding(lock, guard -> make(folder, filler, guard));
    } catch (IOException e) {
      throw new ModelException(
          source
              + ": cannot be brought to "
              + folder
              + " ("
              + e
              + "); if the directory cannot be written, set WEFT_CACHE to one that can",
          e);
    }
  }

  private static Path make(Path folder, Filler filler, ProcessLock.Guard guard) throws IOException {
    if (Files.isDirectory(folder)) {
      return folder;
    }
    boolean alone = guard == ProcessLock.Guard.LOCKED;
    // Under the lock, what a killed process left is found again and goes away.
    Path scratch = folder.resolveSibling(alone ? folder.getFileName() + ".part" : Scratch.name());
    try {
      Scratch.delete(scratch);
      filler.fill(Files.createDirectories(scratch));
      Files.move(scratch, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    } finally {
      Scratch.delete(scratch);
    }
    return folder;
  }
}
