// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/** Plans a {@link SimilarityNode} as a {@link SimilarityExec}. */
final class SimilarityStrategy extends SparkStrategy {

  @Override
  public Seq<SparkPlan> apply(LogicalPlan plan) {
    if (plan instanceof SimilarityNode node) {
      return ScalaCollections.seq(
          List.of(
              new SimilarityExec(
                  planLater(node.left()), planLater(node.right()), node.spec(), node.output())));
    }
    return ScalaCollections.seq(List.of());
  }
}
