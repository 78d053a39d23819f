// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.catalyst;

import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.UnaryNode;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/** A logical operator over one other, one of its constructor's arguments. */
public abstract class UnaryPlan extends LogicalPlan implements UnaryNode, CatalystProduct {
  private static final long serialVersionUID = 1L;

  private final LogicalPlan child;

  protected UnaryPlan(LogicalPlan child) {
    this.child = child;
  }

  @Override
  public final LogicalPlan child() {
    return child;
  }

  @Override
  public final Seq<LogicalPlan> children() {
    return ScalaCollections.seq(List.of(child));
  }

  /** The same over another child. */
  @Override
  public abstract LogicalPlan withNewChildInternal(LogicalPlan newChild);

  @Override
  public final LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> newChildren) {
    return withNewChildInternal(newChildren.head());
  }

  @Override
  public final boolean equals(Object other) {
    return isSame(other);
  }

  @Override
  public final int hashCode() {
    return hash();
  }
}
