// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static org.apache.spark.sql.functions.col;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;

/** Puts a {@link SimilarityNode} over two data sets of (id, vector). */
final class SimilarityPlan {
  private SimilarityPlan() {}

  /** Columns {@code left_id}, {@code right_id} and {@code score}. */
  static Dataset<Row> of(Dataset<Row> left, Dataset<Row> right, SimilaritySpec spec) {
    if (!(left instanceof org.apache.spark.sql.classic.Dataset<Row> leftPlan)
        || !(right instanceof org.apache.spark.sql.classic.Dataset<Row> rightPlan)) {
      throw new UnsupportedOperationException(
          "a similarity join runs in the process of the driver; through Spark Connect, join with"
              + " vector_cosine_similarity or run it on the server");
    }
    SimilarityNode node =
        new SimilarityNode(
            leftPlan.logicalPlan(),
            rightPlan.logicalPlan(),
            spec,
            ScalaCollections.seq(
                List.of(
                    attribute("left_id", left.schema().apply(0).dataType()),
                    attribute("right_id", right.schema().apply(0).dataType()),
                    attribute("score", DataTypes.FloatType))));
    // Under new names Spark can tell two uses of one result apart.
    return org.apache.spark.sql.classic.Dataset.ofRows(leftPlan.sparkSession(), node)
        .select(
            col("left_id").as("left_id"), col("right_id").as("right_id"), col("score").as("score"));
  }

  private static Attribute attribute(String name, DataType type) {
    return new AttributeReference(
        name,
        type,
        false,
        Metadata.empty(),
        NamedExpression.newExprId(),
        ScalaCollections.seq(List.of()));
  }
}
