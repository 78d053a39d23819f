// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.apache.flink.table.api.config.ExecutionConfigOptions.TABLE_EXEC_ASYNC_SCALAR_MAX_CONCURRENT_OPERATIONS;
import static org.apache.flink.table.api.config.ExecutionConfigOptions.TABLE_EXEC_ASYNC_SCALAR_TIMEOUT;

import dev.weft.serve.EmbedderSpec;
import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionKind;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code embed} before the planner knows its call. Flink plans asynchronous functions in streaming
 * queries only, so a batch query gets one that waits.
 */
record EmbedDefinition(FunctionKind kind) implements SpecializedFunction {
  /** The model of calls that name none, in a session's configuration. */
  static final ConfigOption<String> MODEL =
      ConfigOptions.key("weft.model").stringType().noDefaultValue();

  private static final QueryRows ROWS =
      new QueryRows(
          TABLE_EXEC_ASYNC_SCALAR_MAX_CONCURRENT_OPERATIONS, TABLE_EXEC_ASYNC_SCALAR_TIMEOUT);

  @Override
  public FunctionKind getKind() {
    return kind;
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory factory) {
    return EmbedSignature.inference();
  }

  /** A planner that computed vectors would load the model where the query is written. */
  @Override
  public boolean supportsConstantFolding() {
    return false;
  }

  @Override
  public UserDefinedFunction specialize(SpecializedContext context) {
    ReadableConfig session = context.getConfiguration();
    EmbedderSpec spec = EmbedSignature.spec(context.getCallContext(), session.getOptional(MODEL));
    BatchOptions options = BatchOptions.DEFAULT;
    if (kind == FunctionKind.SCALAR) {
      // One row a subtask: those of other subtasks are all it could wait for.
      return new EmbedScalar(
          plan(spec, options.withCapacity(1).withLinger(Duration.ZERO), session));
    }
    int capacity = session.get(ROWS.count());
    ROWS.check("embed", capacity);
    return new AsyncEmbedScalar(plan(spec, options.withCapacity(capacity), session));
  }

  private static EmbedPlan<String> plan(
      EmbedderSpec spec, BatchOptions options, ReadableConfig session) {
    return new EmbedPlan<>(
        spec,
        text -> text,
        TaskSelector.ofSpec(),
        options,
        TaskSlots.in(session),
        LeaseSource.SHARED);
  }
}
