// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Sample;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.runtime.AbstractPartialFunction;

/**
 * What may pass an {@link EmbedNode}. Spark keeps closed lists of its own nodes for this, so each
 * of its rules needs a counterpart here:
 *
 * <ul>
 *   <li>a filter that does not look at the embedding goes below, so fewer rows are embedded
 *   <li>a limit is repeated below, as every row in is a row out
 *   <li>a sort by other columns goes below, with the limit on it ({@link EarlySort})
 *   <li>a sample goes below
 *   <li>a node whose embedding nobody reads is dropped
 *   <li>a node that computes what another below it has computed reads it there ({@link
 *       MergeEmbeds})
 * </ul>
 *
 * <p>Columns that are not needed Spark prunes itself, as soon as a projection stands above.
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
    if (plan instanceof EmbedNode node) {
      return MergeEmbeds.merge(node);
    }
    if (plan instanceof Filter filter && filter.child() instanceof EmbedNode node) {
      return pushFilter(filter, node);
    }
    if (plan instanceof GlobalLimit || plan instanceof Sort) {
      return EarlySort.below(plan);
    }
    if (plan instanceof LocalLimit limit) {
      return EarlySort.below(limit).or(() -> pushLimit(limit));
    }
    if (plan instanceof Sample sample) {
      return pushSample(sample);
    }
    if (plan instanceof Project project && project.child() instanceof EmbedNode node) {
      return dropUnused(project, node);
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

  /** The node over a limited child; empty where the child is limited as much already. */
  private static Optional<LogicalPlan> limited(LocalLimit limit, EmbedNode node) {
    boolean limits =
        limit.limitExpr() instanceof Literal literal
            && node.child()
                .maxRowsPerPartition()
                .forall(rows -> (int) literal.value() < (Long) rows);
    return limits
        ? Optional.of(node.withNewChildInternal(new LocalLimit(limit.limitExpr(), node.child())))
        : Optional.empty();
  }

  /** A sample with replacement stays above: below, rows drawn twice would be embedded twice. */
  private static Optional<LogicalPlan> pushSample(Sample sample) {
    Optional<Project> project = Columns.movable(sample.child());
    LogicalPlan child = project.map(Project::child).orElse(sample.child());
    if (sample.withReplacement() || !(child instanceof EmbedNode node)) {
      return Optional.empty();
    }
    LogicalPlan pushed = node.withNewChildInternal(sample.withNewChildInternal(node.child()));
    return Optional.of(
        project.<LogicalPlan>map(above -> above.withNewChildInternal(pushed)).orElse(pushed));
  }

  private static Optional<LogicalPlan> dropUnused(Project project, EmbedNode node) {
    if (project.references().contains(node.result())) {
      return Optional.empty();
    }
    return Optional.of(project.withNewChildInternal(node.child()));
  }
}
