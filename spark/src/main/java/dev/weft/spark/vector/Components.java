// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.min;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Connected components of a graph that is a data set of edges, by Kiveris et al., <i>Connected
 * Components in MapReduce and Beyond</i> (2014): every node hands its smallest neighbour to its
 * larger neighbours (large star), then to its smaller ones (small star), until each component is a
 * star around its smallest node. Rounds grow with the square of the logarithm of the graph's size,
 * where handing a smallest label on would need as many as a chain is long.
 */
final class Components {
  static final String MEMBER = "__weft_member";
  static final String ROOT = "__weft_root";

  private static final String SMALLEST = "__weft_smallest";

  private Components() {}

  /**
   * A row for each node but the smallest of its component: {@link #MEMBER}, and that smallest,
   * {@link #ROOT}. Computed when this returns, and kept on the executors.
   *
   * @param pairs two columns, an edge each, the first node smaller than the second
   */
  static Dataset<Row> of(Dataset<Row> pairs, int maxRounds) {
    Dataset<Row> edges = pairs.toDF(ROOT, MEMBER).select(MEMBER, ROOT).localCheckpoint();
    for (int round = 0; !isStars(edges); round++) {
      if (round == maxRounds) {
        throw new IllegalStateException(
            "the groups of duplicates are not found after "
                + maxRounds
                + " rounds; a higher least cosine makes them smaller");
      }
      // Without a checkpoint the plan would double with every round.
      edges = smallStar(largeStar(edges)).localCheckpoint();
    }
    return edges;
  }

  private static Dataset<Row> largeStar(Dataset<Row> edges) {
    Dataset<Row> both = edges.union(edges.select(col(ROOT), col(MEMBER))).toDF(ROOT, MEMBER);
    Dataset<Row> smallest =
        both.groupBy(ROOT).agg(least(col(ROOT), min(MEMBER)).as(SMALLEST)).toDF(ROOT, SMALLEST);
    return both.join(smallest, ROOT)
        .where(col(MEMBER).gt(col(ROOT)))
        .select(col(MEMBER), col(SMALLEST).as(ROOT))
        .distinct();
  }

  private static Dataset<Row> smallStar(Dataset<Row> edges) {
    Dataset<Row> smallest = edges.groupBy(MEMBER).agg(min(ROOT).as(SMALLEST));
    return edges
        .join(smallest, MEMBER)
        .where(col(ROOT).notEqual(col(SMALLEST)))
        .select(col(ROOT).as(MEMBER), col(SMALLEST).as(ROOT))
        .union(smallest)
        .distinct();
  }

  /** Whether every member has one root, and no root is a member. */
  private static boolean isStars(Dataset<Row> edges) {
    Dataset<Row> members = edges.select(MEMBER);
    return members.groupBy(MEMBER).count().where(col("count").gt(1)).isEmpty()
        && edges.select(ROOT).join(members, col(ROOT).equalTo(col(MEMBER)), "left_semi").isEmpty();
  }
}
