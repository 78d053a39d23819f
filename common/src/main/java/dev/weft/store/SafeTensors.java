// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/**
 * A file in the safetensors format, with its header read and checked. Tensors are read one by one
 * when they are asked for, in pieces, so that no file passes through the heap whatever its size.
 * Immutable.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
final class SafeTensors implements TensorFile {
  private final Path file;
  private final Map<String, TensorEntry> entries;

  private SafeTensors(Path file, Map<String, TensorEntry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Reads the header.
   *
   * @throws ModelException naming file, tensor and offset if anything in it is wrong
   */
  static SafeTensors open(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new SafeTensors(file, SafeTensorsHeader.read(file, channel));
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  @Override
  public Set<String> names() {
    return entries.keySet();
  }

  @Override
  public TensorEntry entry(String name) {
    return TensorFile.find(file, entries, name);
  }
}
