// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.trees.Origin;
import org.apache.spark.unsafe.Platform;
import scala.Option;
import scala.collection.immutable.Map;

/**
 * Refuses a query while it is analyzed, with Spark's own exception: clients show it as they show
 * Spark's, with a condition, an SQL state and the place in the query.
 */
final class Refusal {
  /** One of Spark's own, since PySpark looks up what it is told and fails where it is not there. */
  private static final String CONDITION = "USER_RAISED_EXCEPTION";

  private static final String STATE = "P0001";

  private static final String MESSAGE = "errorMessage";

  private Refusal() {}

  /**
   * Always throws an {@link AnalysisException}, which Java holds for checked and Spark's callers
   * expect all the same; to be written {@code throw refuse(…)}.
   *
   * @param place where in the query the refused expression stands
   */
  static RuntimeException refuse(String reason, Origin place) {
    Map<String, String> parameters = new Map.Map1<>(MESSAGE, reason + ".");
    AnalysisException refused =
        new AnalysisException(
            CONDITION, STATE, "<" + MESSAGE + ">", parameters, Option.empty(), Option.empty());
    Platform.throwException(refused.withPosition(place));
    throw new AssertionError(refused);
  }
}
