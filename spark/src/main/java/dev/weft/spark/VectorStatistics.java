// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.catalyst.ScalaCollections;
import java.math.BigInteger;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Statistics;
import scala.math.BigInt;

/**
 * How large rows with a vector are, as far as that is known without the model: the driver may not
 * have it, and would not load it for a guess.
 */
final class VectorStatistics {
  /** The width of BERT base, which most models are near to. */
  private static final int USUAL_WIDTH = 768;

  /** Spark's allowance for the head of a row. */
  private static final int ROW_HEAD = 8;

  private VectorStatistics() {}

  static Statistics of(LogicalPlan child, EmbedderSpec spec) {
    Statistics rows = child.stats();
    int width = spec.encodeOptions().truncateDim().orElse(USUAL_WIDTH);
    BigInt vectors = rowCount(child, rows).$times(BigInt.apply((long) width * Float.BYTES));
    return rows.copy(
        rows.sizeInBytes().$plus(vectors),
        rows.rowCount(),
        rows.attributeStats(),
        rows.isRuntime());
  }

  private static BigInt rowCount(LogicalPlan child, Statistics rows) {
    if (rows.rowCount().isDefined()) {
      return rows.rowCount().get();
    }
    long width = ROW_HEAD;
    for (Attribute column : ScalaCollections.list(child.output())) {
      width += column.dataType().defaultSize();
    }
    return new BigInt(rows.sizeInBytes().bigInteger().divide(BigInteger.valueOf(width)));
  }
}
