// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Named tensors of one file, or of several under one index; found and checked, but not read. */
interface TensorFile {
  /** Names of all tensors. */
  Set<String> names();

  /**
   * Where one tensor is.
   *
   * @throws ModelException if there is none of this name
   */
  TensorEntry entry(String name);

  /** The entry of a name, or a message with the first names that are there. */
  static TensorEntry find(Path file, Map<String, TensorEntry> entries, String name) {
    TensorEntry entry = entries.get(name);
    if (entry == null) {
      throw missing(file, name, entries.keySet());
    }
    return entry;
  }

  static ModelException missing(Path file, String name, Set<String> names) {
    return new ModelException(
        file
            + ": tensor \""
            + name
            + "\" is missing; there are "
            + names.stream().limit(8).toList()
            + (names.size() > 8 ? " and more" : ""));
  }
}
