// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/** Finds calls of {@code embed} in an operator's own expressions. */
final class EmbedCalls {
  private EmbedCalls() {}

  static boolean in(LogicalPlan operator) {
    return ScalaSeqs.list(operator.expressions()).stream().anyMatch(EmbedCalls::in);
  }

  private static boolean in(Expression expression) {
    return expression.exists(e -> e instanceof EmbedExpression);
  }
}
