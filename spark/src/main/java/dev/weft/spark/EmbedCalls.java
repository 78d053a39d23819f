// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.OuterReference;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.runtime.BoxedUnit;

/** Finds calls of {@code embed} in expressions; those inside a subquery are its own. */
final class EmbedCalls {
  private EmbedCalls() {}

  /** The calls in an operator's own expressions. */
  static List<EmbedExpression> in(LogicalPlan operator) {
    return ScalaCollections.list(operator.expressions()).stream()
        .flatMap(e -> in(e).stream())
        .toList();
  }

  /** The calls in an expression, inner ones first. */
  static List<EmbedExpression> in(Expression expression) {
    List<EmbedExpression> calls = new ArrayList<>();
    expression.foreachUp(
        e -> {
          if (e instanceof EmbedExpression call) {
            calls.add(call);
          }
          return BoxedUnit.UNIT;
        });
    return calls;
  }

  /** Whether a call looks at columns of the query around the subquery it stands in. */
  static boolean isCorrelated(EmbedExpression call) {
    return call.exists(e -> e instanceof OuterReference);
  }
}
