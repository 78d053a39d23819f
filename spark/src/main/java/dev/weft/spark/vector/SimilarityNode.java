// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import dev.weft.spark.catalyst.CatalystProduct;
import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.plans.logical.BinaryNode;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * Matches of two sides of (id, vector) rows: (left id, right id, score). With a limit, no more than
 * that for each left row and right partition. Immutable.
 *
 * <p>Public, as {@link SimilarityExec} is, only because Catalyst copies nodes by reflection,
 * through the one constructor whose parameters are the product's elements.
 */
public final class SimilarityNode extends LogicalPlan implements BinaryNode, CatalystProduct {
  private static final long serialVersionUID = 1L;

  private final LogicalPlan left;
  private final LogicalPlan right;
  private final SimilaritySpec spec;
  private final Seq<Attribute> output;

  /** The output is made once, by whoever makes the node, so that its ids stay the same. */
  public SimilarityNode(
      LogicalPlan left, LogicalPlan right, SimilaritySpec spec, Seq<Attribute> output) {
    this.left = left;
    this.right = right;
    this.spec = spec;
    this.output = output;
  }

  SimilaritySpec spec() {
    return spec;
  }

  @Override
  public LogicalPlan left() {
    return left;
  }

  @Override
  public LogicalPlan right() {
    return right;
  }

  @Override
  public Seq<LogicalPlan> children() {
    return ScalaCollections.seq(List.of(left, right));
  }

  @Override
  public Seq<Attribute> output() {
    return output;
  }

  @Override
  public AttributeSet producedAttributes() {
    return outputSet();
  }

  /** All columns of both sides are read, by position. */
  @Override
  public AttributeSet references() {
    return left.outputSet().$plus$plus(right.outputSet());
  }

  @Override
  public LogicalPlan withNewChildrenInternal(LogicalPlan newLeft, LogicalPlan newRight) {
    return new SimilarityNode(newLeft, newRight, spec, output);
  }

  @Override
  public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> newChildren) {
    return withNewChildrenInternal(newChildren.apply(0), newChildren.apply(1));
  }

  @Override
  public List<Object> constructorArguments() {
    return List.of(left, right, spec, output);
  }

  @Override
  public boolean equals(Object other) {
    return isSame(other);
  }

  @Override
  public int hashCode() {
    return hash();
  }
}
