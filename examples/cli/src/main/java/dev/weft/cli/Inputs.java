// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Looks at an input before a model is loaded or a session started for it. */
public final class Inputs {
  private Inputs() {}

  /**
   * Refuses what is not there or cannot be read. Spark writes parquet as a folder of parts; every
   * other input is one file.
   */
  public static void requireReadable(Path file) throws FileSystemException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isReadable(file)) {
      throw new AccessDeniedException(file.toString());
    }
    if (Files.isDirectory(file) && FileFormat.of(file) != FileFormat.PARQUET) {
      throw new FileSystemException(file + ": is a directory, expected a file");
    }
  }
}
