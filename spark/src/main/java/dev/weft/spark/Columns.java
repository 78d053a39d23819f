// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import scala.Option;
import scala.runtime.AbstractPartialFunction;

/** Columns of projections: how they are made, and what they stand for. */
final class Columns {
  private Columns() {}

  /** An expression as a column of its own. */
  static Alias named(Expression expression, String name) {
    return named(expression, name, NamedExpression.newExprId());
  }

  /** An expression as a column that is known by an id already. */
  static Alias named(Expression expression, String name, ExprId id) {
    return new Alias(
        expression,
        name,
        id,
        ScalaCollections.seq(List.of()),
        Option.empty(),
        ScalaCollections.seq(List.of()));
  }

  /** A plan that is a projection whose columns may as well be computed later, for fewer rows. */
  static Optional<Project> movable(LogicalPlan plan) {
    return plan instanceof Project project
            && ScalaCollections.list(project.projectList()).stream()
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
            return ScalaCollections.list(project.projectList()).stream()
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
