// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The beginning of a file that is being fetched. A second file beside it holds the entity tags it
 * came with, so that a later process can tell whether what is left still fits. One thread at a
 * time.
 */
final class HubPartial {
  private final Path bytes;
  private final Path tags;

  HubPartial(Path bytes) {
    this.bytes = bytes;
    this.tags = bytes.resolveSibling(bytes.getFileName() + ".etag");
  }

  Path bytes() {
    return bytes;
  }

  /** How much of it is here. */
  long size() throws IOException {
    return Files.exists(bytes) ? Files.size(bytes) : 0;
  }

  /** The tags of what is here; blank if there were none. */
  String tags() throws IOException {
    return Files.exists(tags) ? Files.readString(tags) : "";
  }

  /** Forgets what is here and begins with other tags. */
  void begin(String newTags) throws IOException {
    discard();
    Files.createDirectories(bytes.resolveSibling(""));
    Files.writeString(tags, newTags);
  }

  /** Where the next bytes go. */
  OutputStream append() throws IOException {
    return Files.newOutputStream(bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  void discard() throws IOException {
    Files.deleteIfExists(bytes);
    Files.deleteIfExists(tags);
  }
}
