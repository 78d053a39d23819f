// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;

/**
 * Hands the rows of a right partition out in tiles. It is one tile, filled again each time: whoever
 * takes it must be done with it before asking for the next. For one task's thread.
 */
final class VectorTiles implements Iterator<VectorTile> {
  private final VectorRows rows;
  private Optional<VectorTile> tile = Optional.empty();
  private boolean waiting;

  VectorTiles(Iterator<InternalRow> rows, SimilarityMetric metric, DataType idType) {
    this.rows = new VectorRows(rows, metric, idType);
    this.waiting = this.rows.advance();
  }

  @Override
  public boolean hasNext() {
    return waiting;
  }

  @Override
  public VectorTile next() {
    if (!waiting) {
      throw new NoSuchElementException();
    }
    VectorTile filled = tile.orElseGet(() -> new VectorTile(rows.vector().length));
    tile = Optional.of(filled);
    filled.clear();
    while (waiting && !filled.isFull()) {
      filled.add(rows.id(), rows.vector());
      waiting = rows.advance();
    }
    return filled;
  }
}
