// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.Arrays;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.mutable.ArraySeq;

/** What a column of embeddings holds. */
enum OutputType {
  /** {@code ARRAY<FLOAT>} without null elements, as {@code embed} returns it. */
  ARRAY("array") {
    @Override
    DataType type() {
      return DataTypes.createArrayType(DataTypes.FloatType, false);
    }

    @Override
    Column of(Column embedding) {
      return embedding;
    }

    @Override
    Object of(float[] embedding) {
      return ArraySeq.make(embedding);
    }
  },

  /** Dense vectors of Spark ML, of doubles, as its estimators take them. */
  VECTOR("vector") {
    @Override
    DataType type() {
      return SQLDataTypes.VectorType();
    }

    @Override
    Column of(Column embedding) {
      // The function of Spark cannot take a NULL.
      return org.apache.spark.sql.functions.when(
          embedding.isNotNull(), functions.array_to_vector(embedding));
    }

    @Override
    Object of(float[] embedding) {
      double[] values = new double[embedding.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = embedding[i];
      }
      return Vectors.dense(values);
    }
  };

  private final String key;

  OutputType(String key) {
    this.key = key;
  }

  /**
   * The type of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static OutputType named(String key) {
    return Arrays.stream(values())
        .filter(each -> each.key.equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "outputType must be array or vector, but is \"" + key + "\""));
  }

  String key() {
    return key;
  }

  abstract DataType type();

  /** A column of {@code embed} as one of this type. */
  abstract Column of(Column embedding);

  /** A vector as a value of this type in a Row, which may keep it. */
  abstract Object of(float[] embedding);
}
