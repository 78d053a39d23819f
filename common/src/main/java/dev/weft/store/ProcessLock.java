// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One at a time, among the threads of a process and among processes. The operating system holds the
 * lock, so that it ends with the process that has it, however that dies; its file stays.
 */
final class ProcessLock {
  /** Whether the work below has the place for itself. */
  enum Guard {
    LOCKED,
    /** The file system has no locks: the work must not count on being alone. */
    NONE
  }

  /** What is done under a lock. */
  interface Work<T> {
    T run(Guard guard) throws IOException;
  }

  private ProcessLock() {}

  /**
   * Waits for the lock and does the work.
   *
   * @param file where the lock is; made if it is not there
   * @throws IOException from the work, or if the thread is interrupted while it waits
   */
  static <T> T holding(Path file, Work<T> work) throws IOException {
    // Locks of the system are those of a process, and closing any channel of the file drops them.
    // An interned text is one object a process even where Weft is in several class loaders.
    String monitor = ("dev.weft.lock:" + file.toAbsolutePath().normalize()).intern();
    synchronized (monitor) {
      FileChannel channel;
      try {
        Files.createDirectories(file.resolveSibling(""));
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      } catch (IOException e) {
        return work.run(Guard.NONE);
      }
      try (channel) {
        return work.run(lock(channel));
      }
    }
  }

  @SuppressWarnings("resource") // The channel's end is the lock's.
  private static Guard lock(FileChannel channel) throws IOException {
    try {
      channel.lock();
      return Guard.LOCKED;
    } catch (ClosedByInterruptException | FileLockInterruptionException e) {
      Thread.currentThread().interrupt();
      throw e;
    } catch (IOException e) {
      return Guard.NONE;
    }
  }
}
