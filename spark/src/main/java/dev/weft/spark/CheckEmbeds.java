// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.NamedLambdaVariable;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.AsOfJoin;
import org.apache.spark.sql.catalyst.plans.logical.CollectMetrics;
import org.apache.spark.sql.catalyst.plans.logical.Expand;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LateralJoin;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RebalancePartitions;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/** Refuses, when a query is analyzed, a call of {@code embed} where Weft could not run it later. */
final class CheckEmbeds extends AbstractFunction1<LogicalPlan, BoxedUnit> {
  /** Operators whose expressions are about rows of their children. */
  private static final List<Class<? extends LogicalPlan>> OPERATORS =
      List.of(
          Project.class,
          Filter.class,
          Sort.class,
          Aggregate.class,
          Join.class,
          LateralJoin.class,
          AsOfJoin.class,
          Window.class,
          Generate.class,
          Expand.class,
          RepartitionByExpression.class,
          RebalancePartitions.class,
          CollectMetrics.class);

  private static final String COLUMN_FIRST =
      "; compute it in a column first, with withColumn or in a subquery in FROM";

  @Override
  public BoxedUnit apply(LogicalPlan plan) {
    plan.foreachWithSubqueries(
        operator -> {
          EmbedCalls.in(operator).forEach(call -> check(operator, call));
          return BoxedUnit.UNIT;
        });
    return BoxedUnit.UNIT;
  }

  private static void check(LogicalPlan operator, EmbedExpression call) {
    Optional<String> reason = reason(operator, call);
    if (reason.isPresent()) {
      throw Refusal.refuse(reason.get(), call.origin());
    }
  }

  private static Optional<String> reason(LogicalPlan operator, EmbedExpression call) {
    if (call.exists(e -> e instanceof NamedLambdaVariable)) {
      return Optional.of(
          "embed() cannot stand in the body of a lambda function, where it would see one element"
              + " at a time; give it the array itself, for an array of vectors");
    }
    if (OPERATORS.stream().noneMatch(kind -> kind.isInstance(operator))) {
      return Optional.of("embed() cannot stand in " + operator.nodeName() + COLUMN_FIRST);
    }
    if (call.exists(e -> e instanceof AggregateExpression) && !(operator instanceof Aggregate)) {
      return Optional.of(
          "embed() of an aggregate cannot stand in " + operator.nodeName() + COLUMN_FIRST);
    }
    if (EmbedCalls.isCorrelated(call)) {
      return CorrelatedEmbeds.isOuter(call) ? Optional.empty() : Optional.of(mixed(call));
    }
    boolean inOneChild =
        ScalaCollections.list(operator.children()).stream()
            .anyMatch(child -> call.references().subsetOf(child.outputSet()));
    if (!inOneChild && operator instanceof LateralJoin) {
      return Optional.of(
          "embed() in the condition of a lateral join may look at columns of its left side only, but "
              + call.sql()
              + " looks at the subquery's; put it into the LATERAL subquery or into WHERE");
    }
    if (!inOneChild) {
      return Optional.of(
          "embed() in the condition of a join may look at columns of one side only, but "
              + call.sql()
              + " looks at both; join first, and put the condition into WHERE");
    }
    return Optional.empty();
  }

  /** Spark would pair every row of the subquery with every outer one before it embeds. */
  private static String mixed(EmbedExpression call) {
    return "embed() in a subquery may look at its columns, or at columns of the query around it, but "
        + call.sql()
        + " looks at both; write the subquery as a join";
  }
}
