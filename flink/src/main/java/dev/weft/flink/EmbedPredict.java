// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Collection;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.PredictFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code ML_PREDICT} where the query asks for {@code 'async' = 'false'}: a subtask waits for each
 * of its rows, so that a batch has as many rows as there are subtasks in the TaskManager at most.
 * Public for the code that Flink generates.
 */
public final class EmbedPredict extends PredictFunction {
  private static final long serialVersionUID = 1L;

  private final ModelColumns columns;
  private final EmbedPlan<String> plan;
  private transient @Nullable QueryTask task;

  EmbedPredict(ModelColumns columns, EmbedPlan<String> plan) {
    this.columns = columns;
    this.plan = plan;
  }

  @Override
  public void open(FunctionContext context) {
    task = QueryTask.open(plan, context);
  }

  @Override
  public Collection<RowData> predict(RowData row) {
    float[] vector = QueryTask.await(Opened.of(task).vector(ModelColumns.text(row)));
    return List.of(columns.row(vector));
  }

  @Override
  public void close() {
    QueryTask open = task;
    if (open != null) {
      open.close();
    }
  }
}
