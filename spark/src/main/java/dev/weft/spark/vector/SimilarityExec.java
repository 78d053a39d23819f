// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import dev.weft.spark.catalyst.CatalystProduct;
import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.execution.BinaryExecNode;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.collection.immutable.Seq;

/**
 * Scores every partition of the left side with every one of the right: a task for each two, which
 * reads both from the shuffle. Neither side is collected or broadcast.
 */
public final class SimilarityExec extends SparkPlan implements BinaryExecNode, CatalystProduct {
  private static final long serialVersionUID = 1L;

  private static final String ROWS = "numOutputRows";

  private final SparkPlan left;
  private final SparkPlan right;
  private final SimilaritySpec spec;
  private final Seq<Attribute> output;
  private final transient Map<String, SQLMetric> metrics;

  public SimilarityExec(
      SparkPlan left, SparkPlan right, SimilaritySpec spec, Seq<Attribute> output) {
    this.left = left;
    this.right = right;
    this.spec = spec;
    this.output = output;
    this.metrics =
        new Map.Map1<>(ROWS, SQLMetrics.createMetric(sparkContext(), "number of output rows"));
  }

  @Override
  public RDD<InternalRow> doExecute() {
    JavaRDD<InternalRow> rightRows = right.execute().toJavaRDD();
    SimilarityTask task =
        new SimilarityTask(
            spec,
            left.output().apply(0).dataType(),
            right.output().apply(0).dataType(),
            rightRows.getNumPartitions(),
            metrics.apply(ROWS));
    FlatMapFunction<java.util.Iterator<InternalRow>, VectorBlock> blocks = task::blocks;
    FlatMapFunction<java.util.Iterator<InternalRow>, VectorTile> tiles = task::tiles;
    return left.execute()
        .toJavaRDD()
        .mapPartitions(blocks)
        .cartesian(rightRows.mapPartitions(tiles))
        .mapPartitionsWithIndex(task::matches, false)
        .rdd();
  }

  @Override
  public Map<String, SQLMetric> metrics() {
    return metrics;
  }

  @Override
  public SparkPlan left() {
    return left;
  }

  @Override
  public SparkPlan right() {
    return right;
  }

  @Override
  public Seq<SparkPlan> children() {
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

  @Override
  public AttributeSet references() {
    return left.outputSet().$plus$plus(right.outputSet());
  }

  @Override
  public String nodeName() {
    return "SimilarityJoin";
  }

  @Override
  public SparkPlan withNewChildrenInternal(SparkPlan newLeft, SparkPlan newRight) {
    return new SimilarityExec(newLeft, newRight, spec, output);
  }

  @Override
  public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> newChildren) {
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
