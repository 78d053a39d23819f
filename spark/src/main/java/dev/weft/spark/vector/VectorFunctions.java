// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/**
 * Spark's vector functions for columns of ARRAY&lt;FLOAT&gt;, with the names and the semantics they
 * have in Spark 4.2. Calls by name, so they also work in Spark Connect.
 *
 * <p>A NULL argument gives NULL, and so does a vector with a NULL element. Vectors of unequal
 * dimensions fail the query with {@code VECTOR_DIMENSION_MISMATCH}; a column of another type is
 * refused when the query is analyzed, and never cast.
 */
public final class VectorFunctions {
  private VectorFunctions() {}

  /** FLOAT, −1 to 1; NULL where a vector is zero or empty. */
  public static Column vector_cosine_similarity(Column left, Column right) {
    return call(VectorFunction.COSINE_SIMILARITY, left, right);
  }

  /** Σ aᵢbᵢ, FLOAT; 0 for empty vectors. */
  public static Column vector_inner_product(Column left, Column right) {
    return call(VectorFunction.INNER_PRODUCT, left, right);
  }

  /** √ Σ (aᵢ − bᵢ)², FLOAT; 0 for empty vectors. */
  public static Column vector_l2_distance(Column left, Column right) {
    return call(VectorFunction.L2_DISTANCE, left, right);
  }

  /** The Euclidean length, FLOAT. */
  public static Column vector_norm(Column vector) {
    return call(VectorFunction.NORM, vector);
  }

  /**
   * The norm of a degree, FLOAT.
   *
   * @param degree 1, 2 or infinity; another fails the query with {@code INVALID_VECTOR_NORM_DEGREE}
   */
  public static Column vector_norm(Column vector, float degree) {
    return call(VectorFunction.NORM, vector, functions.lit(degree));
  }

  /** The vector over its Euclidean length, ARRAY&lt;FLOAT&gt;; NULL for a vector of zeros. */
  public static Column vector_normalize(Column vector) {
    return call(VectorFunction.NORMALIZE, vector);
  }

  /**
   * The vector over its norm of a degree, ARRAY&lt;FLOAT&gt;; NULL for a vector of zeros.
   *
   * @param degree 1, 2 or infinity; another fails the query with {@code INVALID_VECTOR_NORM_DEGREE}
   */
  public static Column vector_normalize(Column vector, float degree) {
    return call(VectorFunction.NORMALIZE, vector, functions.lit(degree));
  }

  /** The mean of a group's vectors, element by element; rows that give NULL do not count. */
  public static Column vector_avg(Column vector) {
    return functions.call_function(VectorAggregation.AVG.functionName(), vector);
  }

  /** The sum of a group's vectors, element by element; rows that give NULL do not count. */
  public static Column vector_sum(Column vector) {
    return functions.call_function(VectorAggregation.SUM.functionName(), vector);
  }

  private static Column call(VectorFunction function, Column... arguments) {
    return functions.call_function(function.functionName(), arguments);
  }
}
