// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/**
 * Plans an {@link EmbedNode} as an {@link EmbedExec}. A projection above it that only leaves out
 * columns, as most queries have one to drop the text, is done by it too: that would be one more
 * copy of every vector.
 */
final class EmbedStrategy extends SparkStrategy {

  @Override
  public Seq<SparkPlan> apply(LogicalPlan plan) {
    return ScalaCollections.seq(exec(plan).stream().toList());
  }

  private Optional<SparkPlan> exec(LogicalPlan plan) {
    if (plan instanceof EmbedNode node) {
      return Optional.of(exec(node, ScalaCollections.list(node.output())));
    }
    if (plan instanceof Project project && project.child() instanceof EmbedNode node) {
      List<NamedExpression> columns = ScalaCollections.list(project.projectList());
      if (columns.stream().allMatch(Attribute.class::isInstance)) {
        return Optional.of(exec(node, columns));
      }
    }
    return Optional.empty();
  }

  private SparkPlan exec(EmbedNode node, List<? extends NamedExpression> output) {
    List<ExprId> all =
        ScalaCollections.list(node.output()).stream().map(Attribute::exprId).toList();
    List<Integer> places = output.stream().map(column -> all.indexOf(column.exprId())).toList();
    SparkPlan child = planLater(node.child());
    return new EmbedExec(node.inputs(), node.result(), node.spec(), places, child);
  }
}
