// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A file or folder that appears under its name only when it is whole: it is written beside it and
 * moved by {@link #commit}. Closed without a commit, nothing is left; nor if the process is told to
 * stop.
 */
final class WholeFile implements AutoCloseable {
  private final Path target;
  private final Path partial;
  private final Thread hook = new Thread(this::stop);

  WholeFile(Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new NotDirectoryException(parent + ": no such directory");
    }
    this.target = target.toAbsolutePath();
    this.partial = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Where to write. */
  Path partial() {
    return partial;
  }

  /** Moves what was written to its name, over what may be there. */
  void commit() throws IOException {
    if (Files.isDirectory(target) || (Files.isDirectory(partial) && Files.exists(target))) {
      delete(target);
    }
    try {
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // The process is stopping, so the hook is at it.
    }
    deletePartial();
  }

  private void stop() {
    try {
      deletePartial();
    } catch (IOException e) {
      System.err.println("weft: " + partial + ": could not be deleted");
    }
  }

  private void deletePartial() throws IOException {
    if (Files.exists(partial)) {
      delete(partial);
    }
  }

  private static void delete(Path tree) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(tree)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
