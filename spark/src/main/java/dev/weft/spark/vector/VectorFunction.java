// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** The functions of one or two vectors that Spark has from 4.2 on: name, types and code. */
enum VectorFunction {
  COSINE_SIMILARITY(
      "vector_cosine_similarity",
      "cosineSimilarity",
      "_FUNC_(array1, array2) - Returns the cosine similarity of two float vectors."),
  INNER_PRODUCT(
      "vector_inner_product",
      "innerProduct",
      "_FUNC_(array1, array2) - Returns the inner product of two float vectors."),
  L2_DISTANCE(
      "vector_l2_distance",
      "l2Distance",
      "_FUNC_(array1, array2) - Returns the Euclidean distance of two float vectors."),
  NORM(
      "vector_norm",
      "norm",
      "_FUNC_(vector [, degree]) - Returns the norm of a float vector;"
          + " degree is 1.0, 2.0 (the default) or float('inf')."),
  NORMALIZE(
      "vector_normalize",
      "normalize",
      "_FUNC_(vector [, degree]) - Returns a float vector over its norm;"
          + " degree is 1.0, 2.0 (the default) or float('inf').");

  private final String functionName;
  private final String method;
  private final String usage;

  VectorFunction(String functionName, String method, String usage) {
    this.functionName = functionName;
    this.method = method;
    this.usage = usage;
  }

  String functionName() {
    return functionName;
  }

  /** The method of {@link VectorMath}, which takes the function's name last. */
  String method() {
    return method;
  }

  String usage() {
    return usage;
  }

  /** Whether the second argument is the degree of a norm, which may be left out. */
  boolean hasDegree() {
    return this == NORM || this == NORMALIZE;
  }

  List<DataType> inputTypes() {
    return List.of(VectorTypes.VECTOR, hasDegree() ? DataTypes.FloatType : VectorTypes.VECTOR);
  }

  DataType resultType() {
    return this == NORMALIZE ? VectorTypes.VECTOR : DataTypes.FloatType;
  }
}
