// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Set;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.ModuleFactory;
import org.apache.flink.table.functions.FunctionKind;
import org.apache.flink.table.module.Module;

/**
 * {@code LOAD MODULE weft}: the function {@code embed} in SQL. For Flink, which finds it by name.
 */
public final class WeftModuleFactory implements ModuleFactory {
  private static final String NAME = "weft";

  /** Called by Flink. */
  public WeftModuleFactory() {}

  @Override
  public String factoryIdentifier() {
    return NAME;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }

  /** The module of a session, which is a batch session or a streaming one for good. */
  @Override
  public Module createModule(Context context) {
    FactoryUtil.createModuleFactoryHelper(this, context).validate();
    boolean batch =
        context.getConfiguration().get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH;
    return new WeftModule(
        new EmbedDefinition(batch ? FunctionKind.SCALAR : FunctionKind.ASYNC_SCALAR));
  }
}
