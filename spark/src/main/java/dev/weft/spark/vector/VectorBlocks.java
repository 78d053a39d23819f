// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;

/**
 * Cuts the rows of a left partition into blocks of some 16 MB, with the matches they will have. For
 * one task's thread.
 */
final class VectorBlocks implements Iterator<VectorBlock> {
  private static final long MAX_FLOATS = 4L << 20;

  /** Beyond this a row's matches are not counted: blocks would become too small to be fast. */
  private static final int MAX_COUNTED = 10_000;

  private final VectorRows rows;
  private final long floatsOfMatches;
  private boolean waiting;

  VectorBlocks(Iterator<InternalRow> rows, SimilaritySpec spec, DataType idType) {
    this.rows = new VectorRows(rows, spec.metric(), idType);
    // A match that is kept is a score and a reference.
    this.floatsOfMatches = spec.isLimited() ? 2L * Math.min(spec.k(), MAX_COUNTED) : 0;
    this.waiting = this.rows.advance();
  }

  @Override
  public boolean hasNext() {
    return waiting;
  }

  @Override
  public VectorBlock next() {
    if (!waiting) {
      throw new NoSuchElementException();
    }
    List<Object> ids = new ArrayList<>();
    List<float[]> vectors = new ArrayList<>();
    long floats = 0;
    do {
      ids.add(rows.id());
      vectors.add(rows.vector().clone());
      floats += rows.vector().length + floatsOfMatches;
      waiting = rows.advance();
    } while (waiting && floats < MAX_FLOATS);
    return new VectorBlock(ids, vectors);
  }
}
