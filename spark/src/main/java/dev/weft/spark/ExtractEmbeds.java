// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractPartialFunction;

/**
 * Moves every {@link EmbedExpression} out of its operator into an {@link EmbedNode} below it; equal
 * calls of one operator share a node.
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
    public boolean isDefinedAt(LogicalPlan operator) {
      return !EmbedCalls.in(operator).isEmpty()
          || ScalaCollections.list(operator.expressions()).stream()
              .anyMatch(e -> e.exists(CorrelatedEmbeds::areIn));
    }

    @Override
    public LogicalPlan apply(LogicalPlan operator) {
      if (operator instanceof Aggregate aggregate) {
        LogicalPlan split = new AggregateEmbeds(aggregate).split();
        return split instanceof Project above ? extract(above) : split;
      }
      return extract(operator);
    }
  }

  private static LogicalPlan extract(LogicalPlan operator) {
    EmbedsBelow below = new EmbedsBelow(operator);
    LogicalPlan rewritten = operator.mapExpressions(below::replace);
    rewritten = rewritten.withNewChildren(below.children());
    if (rewritten.sameOutput(operator)) {
      return rewritten;
    }
    Seq<NamedExpression> before = ScalaCollections.seq(ScalaCollections.list(operator.output()));
    return new Project(before, rewritten);
  }
}
