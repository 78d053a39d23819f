// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeOptions;
import dev.weft.arrow.ArrowWindow;
import java.util.ArrayList;
import java.util.List;

/** Takes the texts of rows, one after another, into a task's window. For one task's thread. */
final class RowTexts {
  private final ArrowWindow window;
  private final RowOptions options;
  private final List<EncodeOptions> own = new ArrayList<>();
  private long nulls;

  RowTexts(ArrowWindow window, RowOptions options) {
    this.window = window;
    this.options = options;
  }

  /** What texts may ask for. */
  RowOptions options() {
    return options;
  }

  /** Adds a text as UTF-8, with options made by {@link #options}. */
  void add(byte[] utf8, EncodeOptions asked) {
    window.add(utf8);
    if (!options.isUniform()) {
      own.add(asked);
    }
  }

  /** Adds a place without a text, which gets no vector. */
  void addNull() {
    window.addNull();
    nulls++;
  }

  /** Counts a row that has no place for texts at all. */
  void skipNull() {
    nulls++;
  }

  /** The options of each text; nothing where all ask for the same. */
  List<EncodeOptions> own() {
    return own;
  }

  /** How many texts were NULL. */
  long nulls() {
    return nulls;
  }

  void clear() {
    window.clear();
    options.clear();
    own.clear();
    nulls = 0;
  }
}
