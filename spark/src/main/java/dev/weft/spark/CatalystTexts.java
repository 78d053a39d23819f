// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeOptions;
import dev.weft.spark.catalyst.ScalaCollections;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Reads from Spark's own rows, by expressions, a text or an array of texts and what the row asks
 * for. For one task's thread.
 */
final class CatalystTexts {
  private final UnsafeProjection inputsOf;
  private final Set<RowOption> columns = EnumSet.noneOf(RowOption.class);
  private final boolean many;
  private long bytes;

  CatalystTexts(EmbedPartition partition, int partitionId) {
    this.inputsOf = UnsafeProjection.create(partition.inputs(), partition.columns());
    inputsOf.initialize(partitionId);
    List<Expression> inputs = ScalaCollections.list(partition.inputs());
    this.many = ResultType.isMany(inputs.get(0).dataType());
    Arrays.stream(RowOption.values()).filter(o -> o.isAmong(inputs)).forEach(columns::add);
  }

  /** The options whose value differs from row to row. */
  Set<RowOption> columns() {
    return columns;
  }

  /** Whether a row has an array of texts. */
  boolean areMany() {
    return many;
  }

  /** As {@link RowBinding#read}. */
  int read(InternalRow row, RowTexts texts) {
    UnsafeRow inputs = inputsOf.apply(row);
    bytes = inputs.getSizeInBytes();
    if (!many) {
      add(inputs.isNullAt(0) ? null : inputs.getUTF8String(0), options(inputs, texts), texts);
      return 1;
    }
    if (inputs.isNullAt(0)) {
      texts.skipNull();
      return RowBinding.NO_TEXTS;
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

  /** How large what was read last is. */
  long bytes() {
    return bytes;
  }
}
