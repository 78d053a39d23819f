// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.arrow.ArrowWindow;
import dev.weft.serve.OnError;
import dev.weft.spark.catalyst.ScalaCollections;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;

/**
 * Spark's own rows: texts are read by {@link CatalystTexts}, and the result goes among the columns
 * that are wanted. Rows that come in are used again by Spark, so those that are kept are copies.
 */
final class CatalystRows implements RowBinding<InternalRow, InternalRow> {
  private final CatalystTexts texts;
  private final UnsafeProjection joined;
  private final OnError policy;
  private final List<OutcomeReader> readers = new ArrayList<>();
  private final JoinedRow pair = new JoinedRow();
  private final GenericInternalRow result = new GenericInternalRow(1);

  CatalystRows(EmbedPartition partition, int partitionId) {
    this.texts = new CatalystTexts(partition, partitionId);
    Seq<Attribute> all = EmbedOperator.output(partition.columns(), partition.result());
    List<Expression> wanted =
        partition.places().stream().map(all::apply).map(Expression.class::cast).toList();
    this.joined = UnsafeProjection.create(ScalaCollections.seq(wanted), all);
    this.policy = partition.model().spec().onError();
  }

  @Override
  public Set<RowOption> columns() {
    return texts.columns();
  }

  @Override
  public int read(InternalRow row, RowTexts into) {
    return texts.read(row, into);
  }

  @Override
  public long bytes(InternalRow row) {
    return row instanceof UnsafeRow wide ? wide.getSizeInBytes() : texts.bytes();
  }

  @Override
  public InternalRow keep(InternalRow row) {
    return row.copy();
  }

  @Override
  public InternalRow join(InternalRow row, ArrowWindow window, int first, int count) {
    Object value =
        texts.areMany() ? array(window, first, count) : reader(window, 0).read(window, first);
    result.update(0, value);
    return joined.apply(pair.apply(row, result));
  }

  private @Nullable Object array(ArrowWindow window, int first, int count) {
    if (count == NO_TEXTS) {
      return null;
    }
    @Nullable Object[] values = new Object[count];
    for (int i = 0; i < count; i++) {
      values[i] = reader(window, i).read(window, first + i);
    }
    return new GenericArrayData(values);
  }

  /** Elements of an array are read one after another before any is copied, each by its own. */
  private OutcomeReader reader(ArrowWindow window, int element) {
    while (readers.size() <= element) {
      readers.add(new OutcomeReader(window.dimension(), policy));
    }
    return readers.get(element);
  }
}
