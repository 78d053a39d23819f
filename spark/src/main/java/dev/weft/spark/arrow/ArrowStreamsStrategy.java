// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/** Plans an {@link ArrowStreamsNode}. */
public final class ArrowStreamsStrategy extends SparkStrategy {
  @Override
  public Seq<SparkPlan> apply(LogicalPlan plan) {
    return plan instanceof ArrowStreamsNode node
        ? ScalaCollections.seq(
            List.of(new ArrowStreamsExec(planLater(node.child()), node.output())))
        : ScalaCollections.seq(List.of());
  }
}
