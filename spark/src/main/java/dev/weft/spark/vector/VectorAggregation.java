// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

/** The aggregate functions of vectors that Spark has from 4.2 on. */
enum VectorAggregation {
  AVG(
      "vector_avg",
      "_FUNC_(array) - Returns the element-wise mean of the float vectors of a group.") {
    @Override
    float[] result(VectorSummary summary) {
      return summary.over((double) summary.count());
    }
  },
  SUM(
      "vector_sum",
      "_FUNC_(array) - Returns the element-wise sum of the float vectors of a group.") {
    @Override
    float[] result(VectorSummary summary) {
      return summary.over(1);
    }
  };

  private final String functionName;
  private final String usage;

  VectorAggregation(String functionName, String usage) {
    this.functionName = functionName;
    this.usage = usage;
  }

  String functionName() {
    return functionName;
  }

  String usage() {
    return usage;
  }

  /** Of a summary of at least one vector. */
  abstract float[] result(VectorSummary summary);
}
