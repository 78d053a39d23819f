// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import com.holdenkarau.spark.testing.JavaDatasetSuiteBase;
import org.apache.spark.sql.SparkSession;

/**
 * The comparisons of data sets in spark-testing-base. Its suite, which would start a Spark of its
 * own under JUnit 4, is never run.
 */
final class DatasetComparisons extends JavaDatasetSuiteBase {
  private static final long serialVersionUID = 1L;

  /** Rows that differ are shown with it. */
  @Override
  public SparkSession spark() {
    return SparkSession.active();
  }
}
