// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.Arrays;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.FunctionIdentifier;

/** How a {@link SentenceEmbedder} runs. */
enum EmbedPath {
  /** The operator, where the session has it. */
  AUTO("auto"),
  /** {@code embed}, an operator that the optimizer knows. */
  OPERATOR("operator"),
  /**
   * {@code Dataset.mapPartitions}: in any session, and in Real-Time Mode, which admits no operator
   * that Spark does not know. All columns pass through Row objects, and nothing is pruned or pushed
   * below.
   */
  MAP_PARTITIONS("mapPartitions");

  private final String key;

  EmbedPath(String key) {
    this.key = key;
  }

  /**
   * The path of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static EmbedPath named(String key) {
    return Arrays.stream(values())
        .filter(each -> each.key.equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "path must be auto, operator or mapPartitions, but is \"" + key + "\""));
  }

  String key() {
    return key;
  }

  /** What is meant in a session: never {@link #AUTO}. */
  EmbedPath in(SparkSession session) {
    if (this != AUTO) {
      return this;
    }
    boolean installed =
        session
            .sessionState()
            .functionRegistry()
            .lookupFunction(new FunctionIdentifier(EmbedFunction.NAME))
            .exists(info -> info.getClassName().equals(EmbedExpression.class.getName()));
    return installed ? OPERATOR : MAP_PARTITIONS;
  }
}
