// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeOptions;
import dev.weft.arrow.ArrowWindow;
import dev.weft.serve.OnError;
import dev.weft.spark.vector.ScalaCollections;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Spark's own rows: a text or an array of texts is read from them by an expression, and the result
 * goes behind their last column. Rows that come in are used again by Spark, so those that are kept
 * are copies.
 */
final class CatalystRows implements RowBinding<InternalRow, InternalRow> {
  private final UnsafeProjection inputsOf;
  private final UnsafeProjection joined;
  private final Set<RowOption> columns = EnumSet.noneOf(RowOption.class);
  private final boolean many;
  private final OnError policy;
  private final List<OutcomeReader> readers = new ArrayList<>();
  private final JoinedRow pair = new JoinedRow();
  private final GenericInternalRow result = new GenericInternalRow(1);
  private long inputBytes;

  CatalystRows(EmbedPartition partition, int partitionId) {
    this.inputsOf = UnsafeProjection.create(partition.inputs(), partition.columns());
    inputsOf.initialize(partitionId);
    this.joined =
        UnsafeProjection.create(
            ScalaCollections.seq(ScalaCollections.list(partition.output())), partition.output());
    List<Expression> inputs = ScalaCollections.list(partition.inputs());
    this.many = ResultType.isMany(inputs.get(0).dataType());
    this.policy = partition.model().spec().onError();
    Arrays.stream(RowOption.values()).filter(o -> o.isAmong(inputs)).forEach(columns::add);
  }

  @Override
  public Set<RowOption> columns() {
    return columns;
  }

  @Override
  public int read(InternalRow row, RowTexts texts) {
    UnsafeRow inputs = inputsOf.apply(row);
    inputBytes = inputs.getSizeInBytes();
    if (!many) {
      add(inputs.isNullAt(0) ? null : inputs.getUTF8String(0), options(inputs, texts), texts);
      return 1;
    }
    if (inputs.isNullAt(0)) {
      texts.skipNull();
      return NO_TEXTS;
    }
    ArrayData elements = inputs.getArray(0);
    EncodeOptions options = options(inputs, texts);
    for (int i = 0; i < elements.numElements(); i++) {
      add(elements.isNullAt(i) ? null : elements.getUTF8String(i), options, texts);
    }
    return elements.numElements();
  }

  private static void add(@Nullable UTF8String text, EncodeOptions options, RowTexts texts) {
    if (text == null) {
      texts.addNull();
    } else {
      texts.add(text.getBytes(), options);
    }
  }

  private EncodeOptions options(UnsafeRow inputs, RowTexts texts) {
    RowOptions options = texts.options();
    EncodeOptions asked = options.common();
    for (RowOption column : columns) {
      if (!inputs.isNullAt(column.input())) {
        asked = options.with(asked, column, inputs.getUTF8String(column.input()));
      }
    }
    return asked;
  }

  @Override
  public long bytes(InternalRow row) {
    return row instanceof UnsafeRow wide ? wide.getSizeInBytes() : inputBytes;
  }

  @Override
  public InternalRow keep(InternalRow row) {
    return row.copy();
  }

  @Override
  public InternalRow join(InternalRow row, ArrowWindow window, int first, int count) {
    Object value = many ? array(window, first, count) : reader(window, 0).read(window, first);
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
