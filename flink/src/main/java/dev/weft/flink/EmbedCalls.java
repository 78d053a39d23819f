// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.EmbedderSpec;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.functions.FunctionContext;
import org.jspecify.annotations.Nullable;

/**
 * The calls of {@code embed} in one subtask. Options come with every row: so the model is loaded
 * for the first, and later rows may have other options of encoding, but not of loading. For the
 * task's thread.
 */
final class EmbedCalls implements AutoCloseable {
  private final EmbedPlan<String> plan;
  private final FunctionContext context;
  private @Nullable QueryTask task;
  private @Nullable Map<String, String> options;
  private EmbedderSpec spec;

  EmbedCalls(EmbedPlan<String> plan, FunctionContext context) {
    this.plan = plan;
    this.context = context;
    this.spec = plan.spec();
  }

  CompletableFuture<float[]> vector(@Nullable String text) {
    return task().vector(text);
  }

  CompletableFuture<float[]> vector(@Nullable String text, @Nullable Map<String, String> asked) {
    if (asked == null) {
      throw new IllegalArgumentException("embed: the options are NULL; leave them out instead");
    }
    if (!asked.equals(options)) {
      EmbedderSpec next = withOptions(plan.spec(), asked);
      if (task != null && !next.embedderOptions().equals(spec.embedderOptions())) {
        throw new IllegalArgumentException(
            "embed: one row's options load the model as "
                + spec
                + ", another's as "
                + next
                + "; prompt, promptName, task, truncateDim, normalize and longTexts may differ from"
                + " row to row, other options may not");
      }
      spec = next;
      options = asked;
    }
    return task().vector(text, spec.encodeOptions());
  }

  /**
   * A call's options on top of its model.
   *
   * @throws IllegalArgumentException saying what is wrong with them
   */
  static EmbedderSpec withOptions(EmbedderSpec model, Map<String, String> asked) {
    try {
      return EmbedPlan.checked(model.withOptions(asked));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("embed: " + e.getMessage(), e);
    }
  }

  private QueryTask task() {
    QueryTask open = task;
    if (open == null) {
      open = QueryTask.open(plan.withSpec(spec), context);
      task = open;
    }
    return open;
  }

  @Override
  public void close() {
    QueryTask open = task;
    if (open != null) {
      open.close();
    }
  }
}
