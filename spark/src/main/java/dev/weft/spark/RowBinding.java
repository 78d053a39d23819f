// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.arrow.ArrowWindow;
import java.util.Set;

/**
 * How one kind of row is read and written; all that {@link PartitionEncoder} does not know. An
 * object serves one partition, on its task's thread.
 *
 * @param <I> rows that come in
 * @param <O> rows that go out
 */
interface RowBinding<I, O> {
  /** The number of texts of a row that has NULL in the place of its texts. */
  int NO_TEXTS = -1;

  /** The options whose value differs from row to row. */
  Set<RowOption> columns();

  /**
   * Hands over the texts of a row.
   *
   * @return how many, NULL ones included, or {@link #NO_TEXTS}
   */
  int read(I row, RowTexts texts);

  /** About how much memory the row takes while it is kept, in bytes. */
  long bytes(I row);

  /** The row as something that the next row does not overwrite. */
  I keep(I row);

  /**
   * The row with its result, valid until the next call.
   *
   * @param row as it was kept
   * @param window holds the vectors of its texts
   * @param first the place of the row's first text in the window
   * @param count what {@link #read} returned
   */
  O join(I row, ArrowWindow window, int first, int count);
}
