// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.types.Metadata;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractPartialFunction;

/**
 * Moves every {@link EmbedExpression} of a Project or Filter into an {@link EmbedNode} below it;
 * equal calls of one operator share a node.
 *
 * <p>It runs on the analyzed plan before any optimizer rule: the optimizer would otherwise push a
 * filter on the embedding below the projection that computes it, and compute it twice.
 */
final class ExtractEmbeds extends Rule<LogicalPlan> {

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    return plan.transformUpWithSubqueries(new Extraction());
  }

  private static final class Extraction extends AbstractPartialFunction<LogicalPlan, LogicalPlan> {
    @Override
    public boolean isDefinedAt(LogicalPlan plan) {
      return (plan instanceof Project || plan instanceof Filter) && EmbedCalls.in(plan);
    }

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
      if (plan instanceof Project project) {
        Extracted below = new Extracted(project.child());
        Seq<NamedExpression> list =
            ScalaSeqs.of(
                ScalaSeqs.list(project.projectList()).stream()
                    .map(e -> (NamedExpression) below.replace((Expression) e))
                    .toList());
        return new Project(list, below.plan);
      }
      Filter filter = (Filter) plan;
      Extracted below = new Extracted(filter.child());
      Expression condition = below.replace(filter.condition());
      Seq<NamedExpression> before = ScalaSeqs.of(ScalaSeqs.list(filter.child().output()));
      return new Project(before, new Filter(condition, below.plan));
    }
  }

  /** The child of an operator, growing a node for every call it takes out of the operator. */
  private static final class Extracted extends AbstractPartialFunction<Expression, Expression> {
    private final Map<Expression, Attribute> results = new LinkedHashMap<>();
    private LogicalPlan plan;

    Extracted(LogicalPlan child) {
      this.plan = child;
    }

    Expression replace(Expression expression) {
      return expression.transformUp(this);
    }

    @Override
    public boolean isDefinedAt(Expression expression) {
      return expression instanceof EmbedExpression;
    }

    @Override
    public Expression apply(Expression expression) {
      EmbedExpression call = (EmbedExpression) expression;
      return results.computeIfAbsent(call.canonicalized(), key -> addNode(call));
    }

    private Attribute addNode(EmbedExpression call) {
      Attribute result =
          new AttributeReference(
              EmbedFunction.NAME,
              call.dataType(),
              call.nullable(),
              Metadata.empty(),
              NamedExpression.newExprId(),
              ScalaSeqs.of(List.of()));
      plan = new EmbedNode(call.children(), result, call.spec(), plan);
      return result;
    }
  }
}
