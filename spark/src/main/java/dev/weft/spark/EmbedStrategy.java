// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.vector.ScalaCollections;
import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/** Plans an {@link EmbedNode} as an {@link EmbedExec}. */
final class EmbedStrategy extends SparkStrategy {

  @Override
  public Seq<SparkPlan> apply(LogicalPlan plan) {
    if (plan instanceof EmbedNode node) {
      SparkPlan child = planLater(node.child());
      return ScalaCollections.seq(
          List.of(new EmbedExec(node.inputs(), node.result(), node.spec(), child)));
    }
    return ScalaCollections.seq(List.of());
  }
}
