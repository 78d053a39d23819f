// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import scala.runtime.AbstractPartialFunction;

/** What the columns of a projection stand for. */
final class Columns {
  private Columns() {}

  /** A plan that is a projection whose columns may as well be computed later, for fewer rows. */
  static Optional<Project> movable(LogicalPlan plan) {
    return plan instanceof Project project
            && ScalaSeqs.list(project.projectList()).stream()
                .allMatch(column -> ((Expression) column).deterministic())
        ? Optional.of(project)
        : Optional.empty();
  }

  /** An expression over a projection as one over its child. */
  static Expression behind(Expression expression, Project project) {
    return expression.transformUp(
        new AbstractPartialFunction<Expression, Expression>() {
          @Override
          public boolean isDefinedAt(Expression e) {
            return e instanceof Attribute;
          }

          @Override
          public Expression apply(Expression e) {
            return ScalaSeqs.list(project.projectList()).stream()
                .filter(column -> column instanceof Alias)
                .map(column -> (Alias) column)
                .filter(alias -> alias.exprId().equals(((Attribute) e).exprId()))
                .findFirst()
                .map(Alias::child)
                .orElse(e);
          }
        });
  }
}
