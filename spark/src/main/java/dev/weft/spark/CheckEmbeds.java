// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/** Refuses, when a query is analyzed, a call of {@code embed} where Weft could not run it later. */
final class CheckEmbeds extends AbstractFunction1<LogicalPlan, BoxedUnit> {

  @Override
  public BoxedUnit apply(LogicalPlan plan) {
    plan.foreachWithSubqueries(
        operator -> {
          check(operator);
          return BoxedUnit.UNIT;
        });
    return BoxedUnit.UNIT;
  }

  private static void check(LogicalPlan operator) {
    boolean supported = operator instanceof Project || operator instanceof Filter;
    if (!supported && EmbedCalls.in(operator)) {
      throw new UnsupportedOperationException(
          "embed() may stand in a SELECT list or a WHERE condition, but here it stands in "
              + operator.nodeName()
              + "; compute it in a column first, with withColumn or in a subquery");
    }
  }
}
