// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;

/**
 * Takes the calls out of an aggregation. What groups rows, or is an argument of an aggregate
 * function, runs below it; what looks at its results, as {@code embed(max(text))} or a grouping
 * column, stays in a projection above it, where there are fewer rows. Mutable, for one rewrite.
 */
final class AggregateEmbeds {
  private final Aggregate aggregate;
  private final EmbedsBelow below;
  private final List<Expression> grouping;

  /** What the projection reads of the aggregation, by what it is. */
  private final Map<Expression, NamedExpression> read = new LinkedHashMap<>();

  AggregateEmbeds(Aggregate aggregate) {
    this.aggregate = aggregate;
    this.below = new EmbedsBelow(aggregate);
    this.grouping = ScalaCollections.list(aggregate.groupingExpressions());
  }

  /** The aggregation without calls, under a projection with those above it, if there are any. */
  LogicalPlan split() {
    List<Expression> groups = grouping.stream().map(below::replace).toList();
    List<NamedExpression> columns =
        ScalaCollections.list(aggregate.aggregateExpressions()).stream()
            .map(column -> (NamedExpression) replaceBelow((Expression) column))
            .toList();
    if (columns.stream().noneMatch(column -> isAbove((Expression) column, groups))) {
      return over(groups, columns);
    }
    List<NamedExpression> above = new ArrayList<>();
    for (NamedExpression column : columns) {
      above.add((NamedExpression) readFrom((Expression) column, groups));
    }
    LogicalPlan inner = over(groups, List.copyOf(read.values()));
    return new Project(ScalaCollections.seq(above), inner);
  }

  private Aggregate over(List<Expression> groups, List<NamedExpression> columns) {
    LogicalPlan child = below.children().head();
    return aggregate.copy(
        ScalaCollections.seq(groups), ScalaCollections.seq(columns), child, aggregate.hint());
  }

  private Expression replaceBelow(Expression expression) {
    return isComputed(expression, grouping)
        ? below.replace(expression)
        : expression.mapChildren(this::replaceBelow);
  }

  /** Whether the aggregation itself computes an expression. */
  private static boolean isComputed(Expression expression, List<Expression> groups) {
    return expression instanceof AggregateExpression
        || groups.stream().anyMatch(expression::semanticEquals);
  }

  private static boolean isAbove(Expression expression, List<Expression> groups) {
    return !isComputed(expression, groups)
        && (expression instanceof EmbedExpression
            || ScalaCollections.list(expression.children()).stream()
                .anyMatch(e -> isAbove(e, groups)));
  }

  /** An expression over columns of the aggregation, each added to it. */
  private Expression readFrom(Expression expression, List<Expression> groups) {
    boolean plain = expression instanceof NamedExpression && EmbedCalls.in(expression).isEmpty();
    if (!plain && !isComputed(expression, groups)) {
      return expression.mapChildren(inner -> readFrom(inner, groups));
    }
    return (Expression)
        read.computeIfAbsent(expression.canonicalized(), key -> named(expression)).toAttribute();
  }

  private static NamedExpression named(Expression expression) {
    return expression instanceof NamedExpression column
        ? column
        : Columns.named(expression, "aggregated");
  }
}
