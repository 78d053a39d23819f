// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.functions.AsyncScalarFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.types.inference.TypeInference;
import org.jspecify.annotations.Nullable;

/** {@code embed} of streaming queries. Public for the code that Flink generates. */
public final class AsyncEmbedScalar extends AsyncScalarFunction {
  private static final long serialVersionUID = 1L;

  private final EmbedPlan<String> plan;
  private transient @Nullable EmbedCalls calls;

  AsyncEmbedScalar(EmbedPlan<String> plan) {
    this.plan = plan;
  }

  @Override
  public void open(FunctionContext context) {
    calls = new EmbedCalls(plan, context);
  }

  /** Called by Flink. */
  public void eval(CompletableFuture<@Nullable ArrayData> result, @Nullable String text) {
    give(result, Opened.of(calls).vector(text));
  }

  /** Called by Flink, with the model the plan knows. */
  public void eval(
      CompletableFuture<@Nullable ArrayData> result, @Nullable String text, String model) {
    give(result, Opened.of(calls).vector(text));
  }

  /** Called by Flink, with the model the plan knows. */
  public void eval(
      CompletableFuture<@Nullable ArrayData> result,
      @Nullable String text,
      String model,
      @Nullable Map<String, String> options) {
    give(result, Opened.of(calls).vector(text, options));
  }

  /** A row whose task has gone gets nothing: Flink would take an exception for a failure. */
  private static void give(
      CompletableFuture<@Nullable ArrayData> result, CompletableFuture<float[]> vector) {
    CompletableFuture<float[]> unused =
        vector.whenComplete(
            (found, failure) -> {
              if (failure == null) {
                result.complete(EmbedSignature.array(found));
              } else if (!vector.isCancelled()) {
                result.completeExceptionally(failure);
              }
            });
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory factory) {
    return EmbedSignature.inference();
  }

  @Override
  public void close() {
    EmbedCalls open = calls;
    if (open != null) {
      open.close();
    }
  }
}
