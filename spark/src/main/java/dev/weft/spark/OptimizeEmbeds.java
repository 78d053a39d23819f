// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.runtime.AbstractPartialFunction;

/**
 * What may pass an {@link EmbedNode}. Spark keeps closed lists of its own nodes for this, so each
 * of its rules needs a counterpart here:
 *
 * <ul>
 *   <li>a filter that does not look at the embedding goes below, so fewer rows are embedded
 *   <li>a limit is repeated below, as every row in is a row out
 *   <li>a node whose embedding nobody reads is dropped
 * </ul>
 */
final class OptimizeEmbeds extends Rule<LogicalPlan> {

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    return plan.transformDown(new Rewrite());
  }

  private static final class Rewrite extends AbstractPartialFunction<LogicalPlan, LogicalPlan> {
    @Override
    public boolean isDefinedAt(LogicalPlan plan) {
      return rewrite(plan).isPresent();
    }

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
      return rewrite(plan).orElse(plan);
    }
  }

  private static Optional<LogicalPlan> rewrite(LogicalPlan plan) {
    if (plan instanceof Filter filter && filter.child() instanceof EmbedNode node) {
      return pushFilter(filter, node);
    }
    if (plan instanceof LocalLimit limit) {
      return pushLimit(limit);
    }
    if (plan instanceof Project project && project.child() instanceof EmbedNode node) {
      return dropUnused(project, node);
    }
    if (plan instanceof Aggregate aggregate && aggregate.child() instanceof EmbedNode node) {
      return dropUnused(aggregate, node);
    }
    return Optional.empty();
  }

  private static Optional<LogicalPlan> pushFilter(Filter filter, EmbedNode node) {
    List<Expression> below = new ArrayList<>();
    List<Expression> above = new ArrayList<>();
    split(filter.condition(), node, below, above);
    if (below.isEmpty()) {
      return Optional.empty();
    }
    LogicalPlan pushed = node.withNewChildInternal(new Filter(all(below), node.child()));
    return Optional.of(above.isEmpty() ? pushed : new Filter(all(above), pushed));
  }

  private static void split(
      Expression condition, EmbedNode node, List<Expression> below, List<Expression> above) {
    if (condition instanceof And and) {
      split(and.left(), node, below, above);
      split(and.right(), node, below, above);
    } else {
      // What comes after a condition with side effects must stay after it.
      boolean passes =
          above.stream().allMatch(Expression::deterministic)
              && condition.deterministic()
              && !condition.references().contains(node.result());
      (passes ? below : above).add(condition);
    }
  }

  private static Expression all(List<Expression> conditions) {
    return conditions.stream().reduce(And::new).orElseThrow();
  }

  private static Optional<LogicalPlan> pushLimit(LocalLimit limit) {
    if (limit.child() instanceof EmbedNode node) {
      return limited(limit, node).map(limit::withNewChildInternal);
    }
    if (limit.child() instanceof Project project && project.child() instanceof EmbedNode node) {
      return limited(limit, node)
          .map(below -> limit.withNewChildInternal(project.withNewChildInternal(below)));
    }
    return Optional.empty();
  }

  /** The node over a limited child; empty where the child is limited already. */
  private static Optional<LogicalPlan> limited(LocalLimit limit, EmbedNode node) {
    if (node.child() instanceof LocalLimit) {
      return Optional.empty();
    }
    return Optional.of(node.withNewChildInternal(new LocalLimit(limit.limitExpr(), node.child())));
  }

  private static Optional<LogicalPlan> dropUnused(LogicalPlan reader, EmbedNode node) {
    if (reader.references().contains(node.result())) {
      return Optional.empty();
    }
    return Optional.of(reader.withNewChildren(ScalaSeqs.of(List.of(node.child()))));
  }
}
