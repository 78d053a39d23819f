// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.Metadata;

/**
 * The child of an operator, growing an {@link EmbedNode} for every different call that is taken out
 * of the operator. Mutable, for one rewrite.
 */
final class GrowingChild {
  private final Map<Expression, Attribute> results = new HashMap<>();
  private LogicalPlan plan;

  GrowingChild(LogicalPlan child) {
    this.plan = child;
  }

  LogicalPlan plan() {
    return plan;
  }

  /** Whether the columns a call looks at are here. */
  boolean hasInputsOf(EmbedExpression call) {
    return call.references().subsetOf(plan.outputSet());
  }

  /** Whether this is at most one row, so that a constant may as well be embedded in it. */
  boolean isOneRow() {
    return plan.maxRows().exists(rows -> (Long) rows <= 1);
  }

  /** The column that holds the result of a call from now on. */
  Attribute resultOf(EmbedExpression call) {
    return results.computeIfAbsent(call.canonicalized(), key -> grow(call, columnOf(call)));
  }

  /** The same, named by the caller if the call is new. */
  Attribute resultOf(EmbedExpression call, Attribute column) {
    return results.computeIfAbsent(call.canonicalized(), key -> grow(call, column));
  }

  private Attribute grow(EmbedExpression call, Attribute column) {
    List<Expression> inputs =
        ScalaCollections.list(call.children()).stream().map(this::withoutSubquery).toList();
    plan = new EmbedNode(ScalaCollections.seq(inputs), column, call.spec(), plan);
    return column;
  }

  /** Spark makes joins of correlated subqueries only in operators of its own. */
  private Expression withoutSubquery(Expression input) {
    if (!SubqueryExpression.hasCorrelatedSubquery(input)) {
      return input;
    }
    Alias text = Columns.named(input, "text");
    List<NamedExpression> columns = new ArrayList<>(ScalaCollections.list(plan.output()));
    columns.add(text);
    plan = new Project(ScalaCollections.seq(columns), plan);
    return text.toAttribute();
  }

  static Attribute columnOf(EmbedExpression call) {
    return new AttributeReference(
        EmbedFunction.NAME,
        call.dataType(),
        call.nullable(),
        Metadata.empty(),
        NamedExpression.newExprId(),
        ScalaCollections.seq(List.of()));
  }
}
