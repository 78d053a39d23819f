// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import org.apache.spark.sql.execution.adaptive.QueryStageExec;
import scala.jdk.javaapi.CollectionConverters;

/** The operators of a query that has run, to be looked at. */
final class EmbedPlans {
  private EmbedPlans() {}

  /** The metrics of the only embedding operator. */
  static Map<String, Long> metrics(Dataset<?> query) {
    List<EmbedExec> found = new ArrayList<>();
    collect(
        ((org.apache.spark.sql.classic.Dataset<?>) query).queryExecution().executedPlan(), found);
    if (found.size() != 1) {
      throw new AssertionError("not one operator but " + found);
    }
    return CollectionConverters.asJava(found.get(0).metrics()).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().value()));
  }

  private static void collect(SparkPlan plan, List<EmbedExec> found) {
    if (plan instanceof EmbedExec exec) {
      found.add(exec);
    }
    if (plan instanceof AdaptiveSparkPlanExec adaptive) {
      collect(adaptive.executedPlan(), found);
    } else if (plan instanceof QueryStageExec stage) {
      collect(stage.plan(), found);
    }
    CollectionConverters.asJava(plan.children()).forEach(child -> collect(child, found));
  }
}
