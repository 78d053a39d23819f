// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeOptions;
import dev.weft.arrow.ArrowWindow;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Rows as Spark's users see them, each with one text; the vector goes behind the last column. */
final class UserRows implements RowBinding<Row, Row> {
  private final EmbedRows plan;

  UserRows(EmbedRows plan) {
    this.plan = plan;
  }

  @Override
  public Set<RowOption> columns() {
    return plan.task() == EmbedRows.NO_TASK ? Set.of() : Set.of(RowOption.TASK);
  }

  @Override
  public int read(Row row, RowTexts texts) {
    if (row.isNullAt(plan.text())) {
      texts.addNull();
    } else {
      byte[] utf8 = row.getString(plan.text()).getBytes(StandardCharsets.UTF_8);
      texts.add(utf8, options(row, texts.options()));
    }
    return 1;
  }

  private EncodeOptions options(Row row, RowOptions options) {
    boolean none = plan.task() == EmbedRows.NO_TASK || row.isNullAt(plan.task());
    return none
        ? options.common()
        : options.with(options.common(), RowOption.TASK, row.getString(plan.task()));
  }

  /** The size of a row of objects is not known; its text is bounded with the window's. */
  @Override
  public long bytes(Row row) {
    return 0;
  }

  @Override
  public Row keep(Row row) {
    return row;
  }

  @Override
  public Row join(Row row, ArrowWindow window, int first, int count) {
    Object[] values = new Object[row.size() + 1];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    if (!window.isNull(first) && window.failure(first).isEmpty()) {
      float[] vector = new float[window.dimension()];
      window.read(first, vector);
      values[row.size()] = plan.type().of(vector);
    }
    return RowFactory.create(values);
  }
}
