// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;

/** What {@code DESCRIBE FUNCTION} says about Weft's functions. */
public final class FunctionInfo {
  private FunctionInfo() {}

  /**
   * The description of a function.
   *
   * @param expression what a call becomes
   * @param usage begins with {@code _FUNC_}, which Spark replaces by the name
   */
  public static ExpressionInfo of(Class<?> expression, String name, String usage) {
    String empty = "";
    return new ExpressionInfo(
        expression.getName(),
        empty,
        name,
        usage,
        empty,
        empty,
        empty,
        "misc_funcs",
        "4.1.0",
        empty,
        "java_udf");
  }
}
