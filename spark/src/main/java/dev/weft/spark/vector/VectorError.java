// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkThrowable;

/**
 * A failure of a vector function with the condition, the state and the words that Spark 4.2 has for
 * it. Spark 4.1 has no such conditions, and its own exceptions take none but those it knows.
 */
final class VectorError extends RuntimeException implements SparkThrowable {
  private static final long serialVersionUID = 1L;

  private final String condition;
  private final String sqlState;
  private final TreeMap<String, String> parameters;

  private VectorError(
      String condition, String sqlState, String message, Map<String, String> parameters) {
    super("[" + condition + "] " + message + " SQLSTATE: " + sqlState);
    this.condition = condition;
    this.sqlState = sqlState;
    this.parameters = new TreeMap<>(parameters);
  }

  static VectorError dimensionMismatch(String function, int left, int right) {
    return new VectorError(
        "VECTOR_DIMENSION_MISMATCH",
        "22000",
        "Vectors passed to `"
            + function
            + "` must have the same dimension, but got "
            + left
            + " and "
            + right
            + ".",
        Map.of(
            "functionName", "`" + function + "`",
            "leftDim", Integer.toString(left),
            "rightDim", Integer.toString(right)));
  }

  static VectorError normDegree(String function, float degree) {
    return new VectorError(
        "INVALID_VECTOR_NORM_DEGREE",
        "22023",
        "For the `"
            + function
            + "` function, degree must be 1.0, 2.0, or float('inf'), but got "
            + degree
            + ".",
        Map.of("functionName", "`" + function + "`", "degree", Float.toString(degree)));
  }

  @Override
  public String getCondition() {
    return condition;
  }

  @Override
  public String getSqlState() {
    return sqlState;
  }

  @Override
  public Map<String, String> getMessageParameters() {
    return new TreeMap<>(parameters);
  }
}
