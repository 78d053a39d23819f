// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.vector.ScalaCollections;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.UnaryExecNode;
import org.apache.spark.sql.execution.metric.SQLMetric;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.collection.immutable.Seq;

/**
 * Runs the model over a partition, a window of rows at a time, and passes the rows on in their
 * order, so partitioning and ordering of the child hold.
 */
public final class EmbedExec extends SparkPlan implements UnaryExecNode, EmbedOperator {
  private static final long serialVersionUID = 1L;

  private final Seq<Expression> inputs;
  private final Attribute result;
  private final EmbedderSpec spec;
  private final SparkPlan child;
  private final transient EmbedMetrics metrics;
  private final transient Map<String, SQLMetric> metricsByKey;

  public EmbedExec(Seq<Expression> inputs, Attribute result, EmbedderSpec spec, SparkPlan child) {
    this.inputs = inputs;
    this.result = result;
    this.spec = spec;
    this.child = child;
    this.metrics = EmbedMetrics.create(sparkContext());
    this.metricsByKey = ScalaCollections.map(metrics.byKey());
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
  public RDD<InternalRow> doExecute() {
    EmbedPartition partition =
        new EmbedPartition(inputs, child.output(), output(), TaskModel.ofQuery(spec), metrics);
    FlatMapFunction<java.util.Iterator<InternalRow>, InternalRow> embed = partition::embed;
    return child.execute().toJavaRDD().mapPartitions(embed, true).rdd();
  }

  @Override
  public Map<String, SQLMetric> metrics() {
    return metricsByKey;
  }

  @Override
  public SparkPlan child() {
    return child;
  }

  @Override
  public Seq<SparkPlan> children() {
    return ScalaCollections.seq(List.of(child));
  }

  @Override
  public Seq<Attribute> output() {
    return EmbedOperator.output(child.output(), result);
  }

  @Override
  public AttributeSet producedAttributes() {
    return AttributeSet.apply(result);
  }

  @Override
  public Partitioning outputPartitioning() {
    return child.outputPartitioning();
  }

  @Override
  public Seq<SortOrder> outputOrdering() {
    return child.outputOrdering();
  }

  @Override
  public String nodeName() {
    return NAME;
  }

  @Override
  public String argString(int maxFields) {
    return describe();
  }

  @Override
  public String verboseStringWithOperatorId() {
    return UnaryExecNode.super.verboseStringWithOperatorId();
  }

  @Override
  public SparkPlan withNewChildInternal(SparkPlan newChild) {
    return new EmbedExec(inputs, result, spec, newChild);
  }

  @Override
  public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> newChildren) {
    return withNewChildInternal(newChildren.head());
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
