// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.inference.TypeInference;
import org.jspecify.annotations.Nullable;

/** {@code embed} of batch queries. Public for the code that Flink generates. */
public final class EmbedScalar extends ScalarFunction {
  private static final long serialVersionUID = 1L;

  private final EmbedPlan<String> plan;
  private transient @Nullable EmbedCalls calls;

  EmbedScalar(EmbedPlan<String> plan) {
    this.plan = plan;
  }

  @Override
  public void open(FunctionContext context) {
    calls = new EmbedCalls(plan, context);
  }

  /** Called by Flink. */
  public @Nullable ArrayData eval(@Nullable String text) {
    return await(Opened.of(calls).vector(text));
  }

  /** Called by Flink, with the model the plan knows. */
  public @Nullable ArrayData eval(@Nullable String text, String model) {
    return await(Opened.of(calls).vector(text));
  }

  /** Called by Flink, with the model the plan knows. */
  public @Nullable ArrayData eval(
      @Nullable String text, String model, @Nullable Map<String, String> options) {
    return await(Opened.of(calls).vector(text, options));
  }

  private static @Nullable ArrayData await(CompletableFuture<float[]> vector) {
    return EmbedSignature.array(QueryTask.await(vector));
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
