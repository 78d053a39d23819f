// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.OnError;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** What {@code embed} takes and gives, as Spark's types. */
final class ResultType {
  private static final DataType VECTOR = DataTypes.createArrayType(DataTypes.FloatType, false);

  private static final DataType OUTCOME =
      new StructType().add("embedding", VECTOR, true).add("error", DataTypes.StringType, true);

  private ResultType() {}

  /** A text, or an array of texts. */
  static boolean isText(DataType input) {
    return input instanceof ArrayType array ? isOneText(array.elementType()) : isOneText(input);
  }

  /** A NULL literal and an empty array have no type yet. */
  private static boolean isOneText(DataType type) {
    return type instanceof StringType || type instanceof NullType;
  }

  /** Whether a row has many texts. */
  static boolean isMany(DataType input) {
    return input instanceof ArrayType;
  }

  /** A vector, or one with its error beside it; for an array of texts an array of these. */
  static DataType of(DataType input, OnError policy) {
    DataType one = policy == OnError.STRUCT ? OUTCOME : VECTOR;
    return input instanceof ArrayType texts
        ? DataTypes.createArrayType(one, texts.containsNull() || policy == OnError.NULL)
        : one;
  }

  /** Whether a result is one vector, and nothing beside it. */
  static boolean isVector(DataType result) {
    return result.equals(VECTOR);
  }

  /** Whether a text that is not NULL may have NULL for a result. */
  static boolean losesTexts(DataType input, OnError policy) {
    return policy == OnError.NULL && !isMany(input);
  }
}
