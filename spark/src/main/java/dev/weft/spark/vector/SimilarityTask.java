// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import dev.weft.spark.vector.SimilaritySpec.Pairing;
import java.io.Serializable;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.util.TypeUtils;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.Tuple2;

/**
 * What a task of a similarity join needs; travels to the executors.
 *
 * @param spec what is looked for
 * @param leftId the type of the left ids
 * @param rightId the type of the right ids
 * @param rightPartitions how many partitions the right side has
 * @param rows counts the matches
 */
record SimilarityTask(
    SimilaritySpec spec, DataType leftId, DataType rightId, int rightPartitions, SQLMetric rows)
    implements Serializable {

  Iterator<VectorBlock> blocks(Iterator<InternalRow> partition) {
    return new VectorBlocks(partition, spec, leftId);
  }

  Iterator<VectorTile> tiles(Iterator<InternalRow> partition) {
    return new VectorTiles(partition, spec.metric(), rightId);
  }

  /**
   * @param index of the pair of partitions, as {@code RDD.cartesian} counts them
   */
  Iterator<InternalRow> matches(int index, Iterator<Tuple2<VectorBlock, VectorTile>> meetings) {
    int left = index / rightPartitions;
    int right = index % rightPartitions;
    if (spec.pairing() == Pairing.ONCE && left > right) {
      return Collections.emptyIterator();
    }
    Comparator<Object> ids = TypeUtils.getInterpretedOrdering(rightId);
    return new Rows(new SimilarityMatches(meetings, spec, ids, left == right));
  }

  /** Matches in Spark's binary form; the row is overwritten by the next. */
  private final class Rows implements Iterator<InternalRow> {
    private final Iterator<SimilarityMatch> matches;
    private final GenericInternalRow row = new GenericInternalRow(3);
    private final UnsafeProjection toUnsafe =
        UnsafeProjection.create(new DataType[] {leftId, rightId, DataTypes.FloatType});

    Rows(Iterator<SimilarityMatch> matches) {
      this.matches = matches;
    }

    @Override
    public boolean hasNext() {
      return matches.hasNext();
    }

    @Override
    public InternalRow next() {
      SimilarityMatch match = matches.next();
      rows.add(1);
      row.update(0, match.left());
      row.update(1, match.right());
      row.update(2, match.score());
      return toUnsafe.apply(row);
    }
  }
}
