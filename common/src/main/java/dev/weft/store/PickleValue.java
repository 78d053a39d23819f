// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle of weights may consist of. Containers may hold themselves in a file made up for
 * that, so that nothing walks through them, prints them or compares them.
 */
sealed interface PickleValue {
  /** A value that weights have but that nobody asks for. */
  enum Constant implements PickleValue {
    NONE,
    TRUE,
    FALSE,
    FLOAT
  }

  /** A text. */
  record Text(String value) implements PickleValue {}

  /** An integer. */
  record Whole(long value) implements PickleValue {}

  /** A tuple. */
  record Tuple(List<PickleValue> items) implements PickleValue {}

  /** A list, filled while the pickle is read. */
  final class Items implements PickleValue {
    private final List<PickleValue> items = new ArrayList<>();

    List<PickleValue> items() {
      return items;
    }
  }

  /** A dictionary, filled while the pickle is read; an OrderedDict may carry attributes. */
  final class Dict implements PickleValue {
    private final boolean ordered;
    private final Map<String, PickleValue> items = new LinkedHashMap<>();

    Dict(boolean ordered) {
      this.ordered = ordered;
    }

    boolean isOrdered() {
      return ordered;
    }

    Map<String, PickleValue> items() {
      return items;
    }
  }

  /** The name of a class or function; it stands for itself, there is nothing behind it. */
  record Global(TorchGlobal name) implements PickleValue {}

  /**
   * The numbers behind one or more tensors.
   *
   * @param type of the numbers
   * @param key names them in the file
   * @param elements how many there should be
   */
  record Storage(ElementType type, String key, long elements) implements PickleValue {}

  /**
   * A tensor: a view of a storage, not yet compared with its size.
   *
   * @param storage that it looks at
   * @param offset its first element
   * @param shape its dimensions
   * @param strides elements from one index of a dimension to the next
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record View(Storage storage, long offset, long[] shape, long[] strides) implements PickleValue {}
}
