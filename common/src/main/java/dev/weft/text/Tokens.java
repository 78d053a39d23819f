// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.Arrays;
import java.util.Optional;

/**
 * Token ids of many texts, without padding, in one flat array: no object a text. Row {@code i}
 * holds the ids of text {@code i}. Immutable once built.
 */
public final class Tokens {
  private final int[] ids;
  private final int[] starts;
  private final int promptLength;
  private final Optional<String> task;

  private Tokens(int[] ids, int[] starts, int promptLength, Optional<String> task) {
    this.ids = ids;
    this.starts = starts;
    this.promptLength = promptLength;
    this.task = task;
  }

  /** Number of texts. */
  public int rows() {
    return starts.length - 1;
  }

  /** Number of tokens of one text, special tokens included. */
  public int length(int row) {
    return starts[row + 1] - starts[row];
  }

  /** Number of tokens of all texts. */
  public int total() {
    return starts[starts.length - 1];
  }

  /** Leading tokens of every row that belong to the prompt; zero without one. */
  public int promptLength() {
    return promptLength;
  }

  /** Number of tokens of the longest text: the width of these rows as one batch. */
  public int width() {
    int width = 0;
    for (int row = 0; row < rows(); row++) {
      width = Math.max(width, length(row));
    }
    return width;
  }

  /** The same rows, with the number of leading tokens that belong to the prompt. */
  public Tokens withPromptLength(int length) {
    return new Tokens(ids, starts, length, task);
  }

  /** What a Router chooses its route by. */
  public Optional<String> task() {
    return task;
  }

  /** The same rows, for a task. */
  public Tokens withTask(Optional<String> name) {
    return new Tokens(ids, starts, promptLength, name);
  }

  /** All ids, row after row. */
  public int[] flat() {
    return ids.clone();
  }

  /** Where each row begins among {@link #flat}. */
  public int[] offsets() {
    return Arrays.copyOf(starts, rows());
  }

  /** The same rows without what is beyond {@code max} tokens; this object where all fit. */
  public Tokens cut(int max) {
    if (width() <= max) {
      return this;
    }
    Builder builder = new Builder(rows());
    for (int row = 0; row < rows(); row++) {
      builder.add(ids, starts[row], Math.min(starts[row + 1], starts[row] + max));
    }
    return builder.build().withPromptLength(Math.min(promptLength, max));
  }

  /** One id of one row. */
  public int id(int row, int position) {
    return ids[starts[row] + position];
  }

  /** The chosen rows, in the order given: what one batch holds. */
  public Tokens select(int[] rows) {
    Builder builder = new Builder(rows.length);
    for (int row : rows) {
      builder.add(ids, starts[row], starts[row + 1]);
    }
    return builder.build().withPromptLength(promptLength).withTask(task);
  }

  /**
   * The mask of these rows as one batch, padded to the longest, and to one position where all are
   * empty: there is no batch without any.
   */
  public AttentionMask mask(PaddingSide side) {
    int[] lengths = new int[rows()];
    for (int row = 0; row < lengths.length; row++) {
      lengths[row] = length(row);
    }
    return AttentionMask.of(lengths, Math.max(rows() == 0 ? 0 : 1, width()), side);
  }

  /**
   * The ids as (rows · width) numbers, row by row, with {@code padId} where the mask does not
   * count.
   */
  public long[] padded(AttentionMask mask, long padId) {
    long[] values = new long[mask.rows() * mask.width()];
    if (padId != 0) {
      Arrays.fill(values, padId);
    }
    for (int row = 0; row < mask.rows(); row++) {
      int target = row * mask.width() + mask.from(row);
      for (int source = starts[row]; source < starts[row + 1]; source++) {
        values[target++] = ids[source];
      }
    }
    return values;
  }

  /** Collects rows. Mutable, for one thread. */
  public static final class Builder {
    private int[] ids;
    private final int[] starts;
    private int rows;
    private int size;

    /** Room for this many rows. */
    public Builder(int rows) {
      this.starts = new int[rows + 1];
      this.ids = new int[Math.max(16, rows * 16)];
    }

    /** Adds a row of ids as a tokenizer returns them. */
    public void add(long[] row) {
      grow(row.length);
      for (long id : row) {
        ids[size++] = (int) id;
      }
      starts[++rows] = size;
    }

    /** Adds one id to the row that {@link #endRow} ends. */
    void add(int id) {
      grow(1);
      ids[size++] = id;
    }

    /** Ends a row, which may be empty. */
    void endRow() {
      starts[++rows] = size;
    }

    private void add(int[] source, int from, int to) {
      append(source, from, to);
      starts[++rows] = size;
    }

    private void append(int[] source, int from, int to) {
      grow(to - from);
      System.arraycopy(source, from, ids, size, to - from);
      size += to - from;
    }

    /** Adds the ids of another row to the row that {@link #endRow} ends. */
    void add(Tokens source, int row) {
      append(source.ids, source.starts[row], source.starts[row + 1]);
    }

    /** How many ids there are, those of the open row included. */
    int size() {
      return size;
    }

    /** Takes back the last ids of the open row. */
    void dropTo(int earlier) {
      size = earlier;
    }

    /** Ends the row, of which only so many ids stay. */
    void endRow(Truncation truncation) {
      int start = starts[rows];
      int surplus = Math.max(0, size - start - truncation.maxLength());
      if (truncation.cut() == TruncationSide.LEFT && surplus > 0) {
        System.arraycopy(ids, start + surplus, ids, start, size - start - surplus);
      }
      size -= surplus;
      starts[++rows] = size;
    }

    private void grow(int more) {
      if (size + more > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(size + more, ids.length * 2));
      }
    }

    /** The rows added so far. */
    public Tokens build() {
      return new Tokens(
          Arrays.copyOf(ids, size), Arrays.copyOf(starts, rows + 1), 0, Optional.empty());
    }
  }
}
