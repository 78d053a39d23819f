// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.ModelProviderFactory;
import org.apache.flink.table.ml.ModelProvider;

/**
 * Models of SQL that run in the TaskManagers: {@code CREATE MODEL … WITH ('provider' = 'weft',
 * 'model' = …)}. For Flink, which finds it by name.
 */
public final class WeftModelFactory implements ModelProviderFactory {
  private static final String NAME = "weft";

  /** Called by Flink. */
  public WeftModelFactory() {}

  @Override
  public String factoryIdentifier() {
    return NAME;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(ModelSettings.MODEL);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return ModelSettings.all();
  }

  /**
   * Checks a model's columns and options; loads nothing.
   *
   * @throws org.apache.flink.table.api.ValidationException saying what is wrong with them
   */
  @Override
  public ModelProvider createModelProvider(Context context) {
    FactoryUtil.ModelProviderFactoryHelper helper =
        FactoryUtil.createModelProviderFactoryHelper(this, context);
    helper.validate();
    ReadableConfig options = helper.getOptions();
    ReadableConfig session = context.getConfiguration();
    String name = context.getObjectIdentifier().getObjectName();
    return new WeftModelProvider(
        name,
        ModelColumns.of(name, context.getCatalogModel()),
        ModelSettings.of(name, options.get(ModelSettings.MODEL), options),
        session.get(WeftModelProvider.ROWS.count()),
        TaskSlots.in(session));
  }
}
