// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncPredictFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.jspecify.annotations.Nullable;

/**
 * {@code ML_PREDICT} by Flink's asynchronous operator, which keeps the rows while the batcher has
 * their texts. Public for the code that Flink generates.
 */
public final class AsyncEmbedPredict extends AsyncPredictFunction {
  private static final long serialVersionUID = 1L;

  private final ModelColumns columns;
  private final EmbedPlan<String> plan;
  private transient @Nullable QueryTask task;

  AsyncEmbedPredict(ModelColumns columns, EmbedPlan<String> plan) {
    this.columns = columns;
    this.plan = plan;
  }

  @Override
  public void open(FunctionContext context) {
    task = QueryTask.open(plan, context);
  }

  /** As Flink's, but without the row in the message: logs are read by others than the data. */
  @Override
  public void eval(CompletableFuture<Collection<RowData>> future, Object... args) {
    CompletableFuture<Collection<RowData>> unused =
        asyncPredict(GenericRowData.of(args))
            .whenComplete(
                (rows, failure) -> {
                  if (failure == null) {
                    future.complete(rows);
                  } else if (!isCancelled(failure)) {
                    future.completeExceptionally(failure);
                  }
                });
  }

  /** Also where another stage has wrapped it. */
  private static boolean isCancelled(Throwable failure) {
    return failure instanceof CancellationException
        || failure.getCause() instanceof CancellationException;
  }

  @Override
  public CompletableFuture<Collection<RowData>> asyncPredict(RowData row) {
    return Opened.of(task)
        .vector(ModelColumns.text(row))
        .thenApply(vector -> List.of(columns.row(vector)));
  }

  @Override
  public void close() {
    QueryTask open = task;
    if (open != null) {
      open.close();
    }
  }
}
