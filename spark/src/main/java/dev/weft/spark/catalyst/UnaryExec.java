// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.catalyst;

import java.util.List;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.UnaryExecNode;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/** A physical operator over one other, one of its constructor's arguments. */
public abstract class UnaryExec extends SparkPlan implements UnaryExecNode, CatalystProduct {
  private static final long serialVersionUID = 1L;

  private final SparkPlan child;

  protected UnaryExec(SparkPlan child) {
    this.child = child;
  }

  @Override
  public final SparkPlan child() {
    return child;
  }

  @Override
  public final Seq<SparkPlan> children() {
    return ScalaCollections.seq(List.of(child));
  }

  /** Spark's, which a class would hide behind that of plans with any number of children. */
  @Override
  public String verboseStringWithOperatorId() {
    return UnaryExecNode.super.verboseStringWithOperatorId();
  }

  /** The same over another child. */
  @Override
  public abstract SparkPlan withNewChildInternal(SparkPlan newChild);

  @Override
  public final SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> newChildren) {
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
