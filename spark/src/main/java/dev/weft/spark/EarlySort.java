// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Offset;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.UnaryNode;

/**
 * Moves {@code ORDER BY}, and a LIMIT on it, below an {@link EmbedNode} where the order does not
 * look at the embedding: rows travel without their vectors, and only those that are returned are
 * embedded.
 */
final class EarlySort {
  private EarlySort() {}

  /**
   * The plan with limits, offset and sort below the node; empty where they are not so stacked.
   *
   * @param top a limit or a sort
   */
  static Optional<LogicalPlan> below(LogicalPlan top) {
    List<LogicalPlan> limits = new ArrayList<>();
    LogicalPlan next = top;
    while (next instanceof GlobalLimit || next instanceof LocalLimit || next instanceof Offset) {
      limits.add(next);
      next = ((UnaryNode) next).child();
    }
    Optional<Project> upper = Columns.movable(next);
    next = upper.map(Project::child).orElse(next);
    if (!(next instanceof Sort sort) || !sort.global()) {
      return Optional.empty();
    }
    Optional<Project> lower = Columns.movable(sort.child());
    next = lower.map(Project::child).orElse(sort.child());
    if (!(next instanceof EmbedNode node)) {
      return Optional.empty();
    }
    List<SortOrder> order =
        ScalaCollections.list(sort.order()).stream()
            .map(by -> (SortOrder) lower.map(p -> Columns.behind(by, p)).orElse(by))
            .toList();
    if (order.stream().anyMatch(by -> looksAt(by, node))) {
      return Optional.empty();
    }
    LogicalPlan rows =
        sort.copy(ScalaCollections.seq(order), sort.global(), node.child(), sort.hint());
    for (int i = limits.size() - 1; i >= 0; i--) {
      rows = limits.get(i).withNewChildren(ScalaCollections.seq(List.of(rows)));
    }
    rows = node.withNewChildInternal(rows);
    rows = over(lower, rows);
    return Optional.of(over(upper, rows));
  }

  private static boolean looksAt(Expression order, EmbedNode node) {
    return order.references().contains(node.result());
  }

  private static LogicalPlan over(Optional<Project> project, LogicalPlan child) {
    return project.<LogicalPlan>map(p -> p.withNewChildInternal(child)).orElse(child);
  }
}
