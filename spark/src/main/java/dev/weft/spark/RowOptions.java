// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * What the texts of a partition ask for: the same for all, but for the options that are columns.
 * Rows that ask for the same get the same object. For one task's thread.
 */
final class RowOptions {
  private final EncodeOptions common;
  private final Set<RowOption> columns;

  /** By column, what the columns before it made of the row, and the value. */
  private final List<Map<EncodeOptions, Map<Object, EncodeOptions>>> kinds =
      Arrays.stream(RowOption.values()).map(c -> RowOptions.byIdentity()).toList();

  RowOptions(EncodeOptions common, Set<RowOption> columns) {
    this.common = common;
    this.columns = columns;
  }

  private static Map<EncodeOptions, Map<Object, EncodeOptions>> byIdentity() {
    return new IdentityHashMap<>();
  }

  /** What a row asks for whose columns are all NULL. */
  EncodeOptions common() {
    return common;
  }

  /** Whether every row asks for the same. */
  boolean isUniform() {
    return columns.isEmpty();
  }

  /** Width of the vectors, which must be the same for all rows. */
  int dimension(Embedder embedder) {
    return columns.contains(RowOption.TASK)
        ? embedder.dimensionOfAnyTask(common)
        : embedder.dimension(common);
  }

  /**
   * Options with a row's value of one column.
   *
   * @param value a string of Java or of Spark; the latter is copied where it is kept
   */
  EncodeOptions with(EncodeOptions options, RowOption column, Object value) {
    Map<Object, EncodeOptions> byValue =
        kinds.get(column.input() - 1).computeIfAbsent(options, o -> new HashMap<>());
    EncodeOptions known = byValue.get(value);
    if (known != null) {
      return known;
    }
    EncodeOptions made = column.with(options, value.toString());
    byValue.put(value instanceof UTF8String text ? text.clone() : value, made);
    return made;
  }

  /** Forgets the values seen, which may be as many as there are rows. */
  void clear() {
    kinds.forEach(Map::clear);
  }
}
