// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

/** A pair that was found; ids are of Spark's internal types. */
record SimilarityMatch(Object left, Object right, float score) {}
