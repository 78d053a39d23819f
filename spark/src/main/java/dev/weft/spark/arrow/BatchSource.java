// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import org.apache.spark.sql.execution.SparkPlan;

/**
 * A physical operator that gives batches of columns to whoever executes it so, although it does not
 * say to Spark that it does, because what is below it gives rows.
 */
public interface BatchSource {
  /** Whether {@code executeColumnar} works, whatever {@code supportsColumnar} says. */
  boolean givesBatches();

  /** Whether a plan is such an operator, and gives them. */
  static boolean isAt(SparkPlan plan) {
    return plan instanceof BatchSource source && source.givesBatches();
  }
}
