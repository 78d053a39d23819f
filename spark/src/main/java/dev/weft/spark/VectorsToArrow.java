// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.arrow.BatchSource;
import dev.weft.spark.arrow.ColumnarMapInBatchExec;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.ColumnarRule;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.python.MapInBatchExec;
import org.apache.spark.sql.internal.SQLConf;
import scala.runtime.AbstractPartialFunction;

/**
 * Hands vectors as columns to {@code mapInArrow} and {@code mapInPandas} where they stand right
 * above the model.
 */
final class VectorsToArrow extends ColumnarRule {

  @Override
  public Rule<SparkPlan> postColumnarTransitions() {
    return new OfMaps();
  }

  private static final class OfMaps extends Rule<SparkPlan> {
    @Override
    public SparkPlan apply(SparkPlan plan) {
      return plan.transformUp(new Replacement());
    }
  }

  private static final class Replacement extends AbstractPartialFunction<SparkPlan, SparkPlan> {
    @Override
    public boolean isDefinedAt(SparkPlan node) {
      return node instanceof MapInBatchExec map
          && !map.isBarrier()
          && SQLConf.get().arrowMaxRecordsPerBatch() > 0 // or a partition is one batch
          && BatchSource.isAt(map.child());
    }

    @Override
    public SparkPlan apply(SparkPlan node) {
      MapInBatchExec map = (MapInBatchExec) node;
      return new ColumnarMapInBatchExec(map, map.child());
    }
  }
}
