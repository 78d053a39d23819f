// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.Metadata;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractPartialFunction;

/**
 * Takes the calls out of an operator's expressions and puts each below it: into the child that has
 * its columns, or, where it looks at none, into a subquery that runs once. Mutable, for one
 * rewrite.
 */
final class EmbedsBelow extends AbstractPartialFunction<Expression, Expression> {
  private final List<GrowingChild> children;

  EmbedsBelow(LogicalPlan operator) {
    this.children =
        ScalaCollections.list(operator.children()).stream().map(GrowingChild::new).toList();
  }

  /** The children with what has been put into them. */
  Seq<LogicalPlan> children() {
    return ScalaCollections.seq(children.stream().map(GrowingChild::plan).toList());
  }

  /** An expression of the operator over the grown children. */
  Expression replace(Expression expression) {
    if (expression instanceof Alias alias
        && alias.child() instanceof EmbedExpression call
        && alias.explicitMetadata().forall(Metadata.empty()::equals)) {
      return replaceNamed(alias, (EmbedExpression) call.mapChildren(this::replace));
    }
    return expression.transformUp(this);
  }

  /** A column that is nothing but a call keeps its name and id, which saves a projection. */
  private Expression replaceNamed(Alias alias, EmbedExpression call) {
    Optional<GrowingChild> child = childOf(call);
    if (child.isEmpty()) {
      return alias.transformUp(this);
    }
    Attribute result = child.get().resultOf(call, alias.toAttribute());
    return result.exprId().equals(alias.exprId()) ? result : alias.withNewChild(result);
  }

  @Override
  public boolean isDefinedAt(Expression expression) {
    return expression instanceof EmbedExpression || CorrelatedEmbeds.areIn(expression);
  }

  @Override
  public Expression apply(Expression expression) {
    if (expression instanceof SubqueryExpression subquery) {
      return CorrelatedEmbeds.replace(subquery, call -> childOf(call).map(c -> c.resultOf(call)));
    }
    EmbedExpression call = (EmbedExpression) expression;
    Optional<GrowingChild> child = childOf(call);
    if (child.isPresent()) {
      return child.get().resultOf(call);
    }
    return ConstantEmbeds.isConstant(call) ? ConstantEmbeds.subquery(call) : call;
  }

  private Optional<GrowingChild> childOf(EmbedExpression call) {
    if (EmbedCalls.isCorrelated(call)) {
      return Optional.empty();
    }
    boolean constant = ConstantEmbeds.isConstant(call);
    return children.stream()
        .filter(child -> child.hasInputsOf(call))
        .filter(child -> !constant || child.isOneRow())
        .findFirst();
  }
}
