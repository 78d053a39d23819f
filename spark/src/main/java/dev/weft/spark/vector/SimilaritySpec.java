// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.io.Serializable;

/**
 * What a similarity join looks for; travels to the executors.
 *
 * @param metric how pairs are scored
 * @param pairing which pairs there are
 * @param k how many rows of the right side a left row keeps; {@link #ALL} for no limit
 * @param minScore the least score a pair may have
 */
record SimilaritySpec(SimilarityMetric metric, Pairing pairing, int k, float minScore)
    implements Serializable {
  static final int ALL = Integer.MAX_VALUE;

  boolean isLimited() {
    return k != ALL;
  }

  /** Which rows are compared. */
  enum Pairing {
    /** Every left row with every right row. */
    EVERY,
    /** The same but for rows with one id: the sides are the same rows. */
    OTHER_IDS,
    /** The sides are the same rows in the same partitions; each two of them once. */
    ONCE
  }
}
