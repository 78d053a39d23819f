// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.UnionExec;
import org.apache.spark.sql.execution.adaptive.QueryStageExec;
import org.apache.spark.sql.execution.exchange.ReusedExchangeExec;

/**
 * The columns of a plan that are the same to the last bit when a task is run again. A vector is
 * not, nor is what is computed of it: its last digits depend on the batch its text was in.
 */
final class RepeatableColumns {
  private RepeatableColumns() {}

  /**
   * What comes from below the model, and what projections compute of that alone. Whatever other
   * operators add above the model counts as made of its vectors.
   */
  static List<Attribute> of(SparkPlan node) {
    List<Attribute> output = ScalaCollections.list(node.output());
    if (isRepeatable(node)) {
      return output;
    }
    List<SparkPlan> children = children(node);
    if (node instanceof UnionExec || node instanceof ReusedExchangeExec) {
      return byPlace(output, children);
    }
    AttributeSet below =
        AttributeSet.apply(
            ScalaCollections.seq(
                children.stream()
                    .flatMap(child -> of(child).stream())
                    .map(Expression.class::cast)
                    .toList()));
    if (node instanceof ProjectExec project) {
      return ScalaCollections.list(project.projectList()).stream()
          .filter(column -> isMadeOf((Expression) column, below))
          .map(NamedExpression::toAttribute)
          .toList();
    }
    return output.stream().filter(below::contains).toList();
  }

  /** Columns that stand for those in their place of every child. */
  private static List<Attribute> byPlace(List<Attribute> output, List<SparkPlan> children) {
    return IntStream.range(0, output.size())
        .filter(
            i -> children.stream().allMatch(child -> of(child).contains(child.output().apply(i))))
        .mapToObj(output::get)
        .toList();
  }

  private static boolean isMadeOf(Expression column, AttributeSet below) {
    return column.deterministic() && column.references().subsetOf(below);
  }

  private static boolean isRepeatable(SparkPlan node) {
    return !(node instanceof EmbedExec)
        && ScalaCollections.list(node.expressions()).stream().allMatch(Expression::deterministic)
        && children(node).stream().allMatch(RepeatableColumns::isRepeatable);
  }

  private static List<SparkPlan> children(SparkPlan node) {
    if (node instanceof QueryStageExec stage) {
      return List.of(stage.plan());
    }
    return node instanceof ReusedExchangeExec reused
        ? List.of(reused.child())
        : ScalaCollections.list(node.children());
  }
}
