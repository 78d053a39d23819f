// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.ScalarSubquery;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.OneRowRelation;
import scala.Option;

/**
 * Calls without columns, such as {@code embed('a question')} in a search. They become subqueries of
 * one row: the text runs once a query on an executor, not once a row, and never on the driver.
 */
final class ConstantEmbeds {
  private ConstantEmbeds() {}

  /** Whether a call gives the same for every row, as that of a literal or of a scalar subquery. */
  static boolean isConstant(EmbedExpression call) {
    return call.deterministic()
        && call.references().isEmpty()
        && !EmbedCalls.isCorrelated(call)
        && !call.exists(e -> e instanceof AggregateExpression);
  }

  static Expression subquery(EmbedExpression call) {
    EmbedNode node =
        new EmbedNode(
            call.children(), GrowingChild.columnOf(call), call.spec(), new OneRowRelation());
    return new ScalarSubquery(
        node,
        ScalaCollections.seq(List.of()),
        NamedExpression.newExprId(),
        ScalaCollections.seq(List.of()),
        Option.empty(),
        Option.empty(),
        Option.empty());
  }
}
