// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.OuterReference;
import org.apache.spark.sql.catalyst.expressions.SubExprUtils;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.runtime.AbstractPartialFunction;

/**
 * Calls inside a subquery that look only at columns of the query around it. They belong to that
 * query: it embeds each of its rows once, and the subquery is correlated by the vector.
 */
final class CorrelatedEmbeds {
  private CorrelatedEmbeds() {}

  /** Whether an expression is a subquery with such calls. */
  static boolean areIn(Expression expression) {
    return expression instanceof SubqueryExpression subquery
        && subquery
            .plan()
            .exists(
                operator -> EmbedCalls.in(operator).stream().anyMatch(CorrelatedEmbeds::isOuter));
  }

  /** Whether a call looks at outer columns and at nothing else. */
  static boolean isOuter(EmbedExpression call) {
    return EmbedCalls.isCorrelated(call)
        && call.references().isEmpty()
        && !call.exists(e -> e instanceof AggregateExpression);
  }

  /**
   * The subquery with columns of the outer query in place of such calls.
   *
   * @param outer the outer query's column of a call, empty if the call has to stay
   */
  static Expression replace(
      SubqueryExpression subquery, Function<EmbedExpression, Optional<Attribute>> outer) {
    LogicalPlan plan = subquery.plan().transformAllExpressions(new Replacement(outer));
    return subquery.withNewPlan(plan).withNewOuterAttrs(SubExprUtils.getOuterReferences(plan));
  }

  private static final class Replacement extends AbstractPartialFunction<Expression, Expression> {
    private final Function<EmbedExpression, Optional<Attribute>> outer;

    Replacement(Function<EmbedExpression, Optional<Attribute>> outer) {
      this.outer = outer;
    }

    @Override
    public boolean isDefinedAt(Expression expression) {
      return expression instanceof EmbedExpression call && isOuter(call);
    }

    @Override
    public Expression apply(Expression expression) {
      EmbedExpression call = SubExprUtils.stripOuterReference((EmbedExpression) expression);
      return outer.apply(call).<Expression>map(OuterReference::new).orElse(expression);
    }
  }
}
