// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Token ids of many texts, without padding, in one flat array: no object a text. Row {@code i}
 * holds the ids of text {@code i}, unless texts were {@linkplain #split split}. Immutable once
 * built.
 */
public final class Tokens {
  private final int[] ids;
  private final int[] starts;
  private final int promptLength;
  private final Optional<String> task;
  private final Origin origin;

  /**
   * What rows were before they were made to fit: {@code lengths} are the tokens of each row before
   * it was cut, empty where none was; {@code texts} are the text each row is a window of, and
   * {@code own} its tokens that are the text's own, both empty where none was split.
   */
  private static final class Origin {
    static final Origin NONE = new Origin(new int[0], new int[0], new int[0]);

    final int[] lengths;
    final int[] texts;
    final int[] own;

    Origin(int[] lengths, int[] texts, int[] own) {
      this.lengths = lengths;
      this.texts = texts;
      this.own = own;
    }
  }

  private Tokens(int[] ids, int[] starts, int promptLength, Optional<String> task, Origin origin) {
    this.ids = ids;
    this.starts = starts;
    this.promptLength = promptLength;
    this.task = task;
    this.origin = origin;
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
    return new Tokens(ids, starts, length, task, origin);
  }

  /** What a Router chooses its route by. */
  public Optional<String> task() {
    return task;
  }

  /** The same rows, for a task. */
  public Tokens withTask(Optional<String> name) {
    return new Tokens(ids, starts, promptLength, name, origin);
  }

  /** All ids, row after row. */
  public int[] flat() {
    return ids.clone();
  }

  /** Where each row begins among {@link #flat}. */
  public int[] offsets() {
    return Arrays.copyOf(starts, rows());
  }

  /**
   * The same rows without what is beyond the limit, which {@link #isCut} remembers; this object
   * where all fit.
   */
  public Tokens cut(Truncation limit) {
    int max = limit.maxLength();
    if (width() <= max) {
      return this;
    }
    Builder builder = new Builder(rows());
    int[] lengths = new int[rows()];
    for (int row = 0; row < rows(); row++) {
      lengths[row] = length(row);
      builder.addCut(ids, starts[row], starts[row + 1], limit);
    }
    Origin cut = new Origin(lengths, new int[0], new int[0]);
    return builder.build(Math.min(promptLength, max), task, cut);
  }

  /** Whether the text of a row had more tokens than are left of it. */
  public boolean isCut(int row) {
    return origin.lengths.length > 0 && origin.lengths[row] > length(row);
  }

  /** Number of rows that were cut. */
  public int cutRows() {
    return origin.lengths.length == 0
        ? 0
        : (int) IntStream.range(0, rows()).filter(this::isCut).count();
  }

  /** Number of tokens of a row's text before it was cut. */
  public int wholeLength(int row) {
    return isCut(row) ? origin.lengths[row] : length(row);
  }

  /**
   * Rows beyond the limit as several rows, one behind the other, each with what the prompt and the
   * special tokens put around the text; this object where all fit.
   *
   * @param prompt the ids of the prompt alone, as one row
   * @throws IllegalArgumentException if the prompt leaves no room for a token of the text
   */
  public Tokens split(Truncation limit, Tokens prompt) {
    if (width() <= limit.maxLength()) {
      return this;
    }
    Builder builder = new Builder(rows());
    IntStream.Builder texts = IntStream.builder();
    IntStream.Builder own = IntStream.builder();
    for (int row = 0; row < rows(); row++) {
      int prefix = Math.max(limit.lead(), sharedPrefix(row, prompt, limit.trail()));
      int last = starts[row + 1] - limit.trail();
      if (length(row) <= limit.maxLength()) {
        builder.add(ids, starts[row], starts[row + 1]);
        texts.add(row);
        own.add(Math.max(0, length(row) - prefix - limit.trail()));
        continue;
      }
      int room = room(limit, prefix);
      for (int from = starts[row] + prefix; from < last; from += room) {
        int to = Math.min(from + room, last);
        builder.append(ids, starts[row], starts[row] + prefix);
        builder.append(ids, from, to);
        builder.append(ids, last, starts[row + 1]);
        builder.endRow();
        texts.add(row);
        own.add(to - from);
      }
    }
    Origin split = new Origin(new int[0], texts.build().toArray(), own.build().toArray());
    return builder.build(promptLength, task, split);
  }

  private static int room(Truncation limit, int prefix) {
    int room = limit.maxLength() - prefix - limit.trail();
    if (room < 1) {
      throw new IllegalArgumentException(
          "a text cannot be split behind this prompt: with the special tokens it has "
              + (prefix + limit.trail())
              + " tokens, and the model takes at most "
              + limit.maxLength()
              + "; shorten the prompt");
    }
    return room;
  }

  /** Leading ids that a row shares with the prompt, but for what stands behind every text. */
  private int sharedPrefix(int row, Tokens prompt, int trail) {
    int most = Math.min(prompt.length(0), length(row)) - trail;
    int shared = 0;
    while (shared < most && id(row, shared) == prompt.id(0, shared)) {
      shared++;
    }
    return shared;
  }

  /** Whether some text has more than one row. */
  public boolean isSplit() {
    return origin.texts.length > 0;
  }

  /** The text that a row holds a window of; the row itself where none was split. */
  public int text(int row) {
    return isSplit() ? origin.texts[row] : row;
  }

  /** Tokens of a row of split texts that are neither the prompt's nor special. */
  public int ownTokens(int row) {
    return origin.own[row];
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
    return builder.build(promptLength, task, Origin.NONE);
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
    private int[] starts;
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
      endRow();
    }

    /** Adds one id to the row that {@link #endRow} ends. */
    void add(int id) {
      grow(1);
      ids[size++] = id;
    }

    /** Ends a row, which may be empty. */
    void endRow() {
      if (++rows == starts.length) {
        starts = Arrays.copyOf(starts, 2 * rows);
      }
      starts[rows] = size;
    }

    private void add(int[] source, int from, int to) {
      append(source, from, to);
      endRow();
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

    /** Adds a row, of which only as many ids stay as the limit allows. */
    private void addCut(int[] source, int from, int to, Truncation limit) {
      if (to - from <= limit.maxLength()) {
        add(source, from, to);
        return;
      }
      int keep = limit.maxLength() - limit.lead() - limit.trail();
      int last = to - limit.trail();
      int first = limit.cut() == TruncationSide.LEFT ? last - keep : from + limit.lead();
      append(source, from, from + limit.lead());
      append(source, first, first + keep);
      append(source, last, to);
      endRow();
    }

    private void grow(int more) {
      if (size + more > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(size + more, ids.length * 2));
      }
    }

    /** The rows added so far. */
    public Tokens build() {
      return build(0, Optional.empty(), Origin.NONE);
    }

    private Tokens build(int promptLength, Optional<String> task, Origin origin) {
      return new Tokens(
          Arrays.copyOf(ids, size), Arrays.copyOf(starts, rows + 1), promptLength, task, origin);
    }
  }
}
