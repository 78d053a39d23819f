// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.arrow.ArrowWindow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * What the texts of a window ask for: all the same, or each its own task. A NULL task is none. For
 * one task's thread.
 */
abstract class RowOptions {
  private RowOptions() {}

  /** Options for every row, or a task of each row's own over them. */
  static RowOptions of(EncodeOptions options, boolean taskIsColumn) {
    return taskIsColumn ? new ByTask(options) : new Same(options);
  }

  abstract int dimension(Embedder embedder);

  /** Notes the options of a row that has a text. */
  abstract void add(UnsafeRow inputs);

  abstract void encode(ArrowWindow window, Embedder embedder);

  abstract void clear();

  private static final class Same extends RowOptions {
    private final EncodeOptions options;

    Same(EncodeOptions options) {
      this.options = options;
    }

    @Override
    int dimension(Embedder embedder) {
      return embedder.dimension(options);
    }

    @Override
    void add(UnsafeRow inputs) {}

    @Override
    void encode(ArrowWindow window, Embedder embedder) {
      window.encode(embedder, options);
    }

    @Override
    void clear() {}
  }

  private static final class ByTask extends RowOptions {
    private static final int TASK = 1;

    private final EncodeOptions options;
    private final Map<UTF8String, EncodeOptions> kinds = new HashMap<>();
    private final List<EncodeOptions> rows = new ArrayList<>();

    ByTask(EncodeOptions options) {
      this.options = options;
    }

    @Override
    int dimension(Embedder embedder) {
      return embedder.dimensionOfAnyTask(options);
    }

    @Override
    void add(UnsafeRow inputs) {
      if (inputs.isNullAt(TASK)) {
        rows.add(options);
        return;
      }
      UTF8String task = inputs.getUTF8String(TASK);
      EncodeOptions kind = kinds.get(task);
      if (kind == null) {
        kind = options.withTask(task.toString());
        kinds.put(task.clone(), kind);
      }
      rows.add(kind);
    }

    @Override
    void encode(ArrowWindow window, Embedder embedder) {
      window.encode(embedder, rows);
    }

    @Override
    void clear() {
      rows.clear();
      kinds.clear();
    }
  }
}
