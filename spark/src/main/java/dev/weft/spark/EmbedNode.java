// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.catalyst.UnaryPlan;
import org.apache.spark.sql.catalyst.analysis.MultiInstanceRelation;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionSet;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Statistics;
import scala.Option;
import scala.collection.immutable.Seq;

/**
 * Adds to every row the embedding of a text: one row in, one row out. Immutable.
 *
 * <p>Public, as {@link EmbedExec} and {@link EmbedExpression} are, only because Catalyst copies
 * nodes by reflection, through the one constructor whose parameters are the product's elements.
 */
public final class EmbedNode extends UnaryPlan implements MultiInstanceRelation, EmbedOperator {
  private static final long serialVersionUID = 1L;

  private final Seq<Expression> inputs;
  private final Attribute result;
  private final EmbedderSpec spec;

  /**
   * The result attribute is made once, by whoever makes the node, so that its id stays the same.
   */
  public EmbedNode(Seq<Expression> inputs, Attribute result, EmbedderSpec spec, LogicalPlan child) {
    super(child);
    this.inputs = inputs;
    this.result = result;
    this.spec = spec;
  }

  @Override
  public Seq<Expression> inputs() {
    return inputs;
  }

  @Override
  public Attribute result() {
    return result;
  }

  @Override
  public EmbedderSpec spec() {
    return spec;
  }

  @Override
  public String nodeName() {
    return NAME;
  }

  @Override
  public Seq<Attribute> output() {
    return EmbedOperator.output(child().output(), result);
  }

  @Override
  public AttributeSet producedAttributes() {
    return AttributeSet.apply(result);
  }

  @Override
  public Option<Object> maxRows() {
    return child().maxRows();
  }

  @Override
  public Option<Object> maxRowsPerPartition() {
    return child().maxRowsPerPartition();
  }

  /** What holds for the rows that come in holds for those that go out. */
  @Override
  public ExpressionSet validConstraints() {
    return child().constraints();
  }

  /**
   * Without this Spark would take the width of an array for that of one element, and broadcast a
   * table of vectors as if it were one of numbers.
   */
  @Override
  public Statistics stats() {
    return VectorStatistics.of(child(), spec);
  }

  /** The same node with another column, where a plan that is used twice is joined with itself. */
  @Override
  public LogicalPlan newInstance() {
    return new EmbedNode(inputs, result.newInstance(), spec, child());
  }

  @Override
  public String argString(int maxFields) {
    return describe();
  }

  @Override
  public LogicalPlan withNewChildInternal(LogicalPlan newChild) {
    return new EmbedNode(inputs, result, spec, newChild);
  }
}
