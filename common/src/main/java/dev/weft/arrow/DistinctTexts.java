// SPDX-License-Identifier: Apache-2.0
package dev.weft.arrow;

import dev.weft.EncodeOptions;
import java.util.AbstractList;
import java.util.List;
import org.apache.arrow.memory.util.ByteFunctionHelpers;
import org.apache.arrow.memory.util.hash.MurmurHasher;
import org.apache.arrow.vector.VarCharVector;

/**
 * The different texts of a window: a text that was there before, with equal options, is encoded
 * with the first. Texts are compared as the bytes they are in Arrow memory, and numbered in the
 * order they come; nothing is made a row. Immutable.
 */
final class DistinctTexts {
  private static final MurmurHasher HASHER = new MurmurHasher();

  private final VarCharVector texts;
  private final int[] rows;
  private final List<EncodeOptions> options;
  private final int[] numbers;
  private final int[] firsts;
  private int count;

  /**
   * Compares texts.
   *
   * @param rows where in the vector they are; none is null
   * @param count how many of {@code rows} count
   * @param options one a text, or none where all ask for the same
   */
  DistinctTexts(VarCharVector texts, int[] rows, int count, List<EncodeOptions> options) {
    this.texts = texts;
    this.rows = rows;
    this.options = options;
    this.numbers = new int[count];
    this.firsts = new int[count];
    int[] table = new int[Integer.highestOneBit(Math.max(1, count)) << 2];
    for (int i = 0; i < count; i++) {
      numbers[i] = number(i, table);
    }
  }

  /** Slots hold numbers plus one, so that an empty one is zero. */
  private int number(int text, int[] table) {
    int slot = texts.hashCode(rows[text], HASHER) & (table.length - 1);
    while (table[slot] != 0) {
      if (isSame(firsts[table[slot] - 1], text)) {
        return table[slot] - 1;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    firsts[count] = text;
    table[slot] = ++count;
    return count - 1;
  }

  private boolean isSame(int a, int b) {
    int left = rows[a];
    int right = rows[b];
    return (options.isEmpty() || options.get(a).equals(options.get(b)))
        && texts.getValueLength(left) == texts.getValueLength(right)
        && ByteFunctionHelpers.equal(
                texts.getDataBuffer(),
                texts.getStartOffset(left),
                texts.getEndOffset(left),
                texts.getDataBuffer(),
                texts.getStartOffset(right),
                texts.getEndOffset(right))
            == 1;
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** The number of a text. */
  int number(int text) {
    return numbers[text];
  }

  /** Where in the vector the first text of a number is. */
  int row(int number) {
    return rows[firsts[number]];
  }

  /** The options of each number, if texts have their own. */
  List<EncodeOptions> options() {
    return new AbstractList<>() {
      @Override
      public EncodeOptions get(int number) {
        return options.get(firsts[number]);
      }

      @Override
      public int size() {
        return count;
      }
    };
  }
}
