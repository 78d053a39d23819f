// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import dev.weft.spark.catalyst.UnaryExec;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.collection.immutable.Seq;

/** Runs an {@link ArrowStreamsNode}; takes columns from a {@link BatchSource}, else rows. */
public final class ArrowStreamsExec extends UnaryExec {
  private static final long serialVersionUID = 1L;

  private final Seq<Attribute> output;

  public ArrowStreamsExec(SparkPlan child, Seq<Attribute> output) {
    super(child);
    this.output = output;
  }

  @Override
  public RDD<InternalRow> doExecute() {
    ArrowStreams streams =
        new ArrowStreams(
            child().output(), conf().sessionLocalTimeZone(), conf().arrowUseLargeVarTypes());
    if (BatchSource.isAt(child())) {
      FlatMapFunction<Iterator<ColumnarBatch>, InternalRow> write = streams::ofBatches;
      return child().executeColumnar().toJavaRDD().mapPartitions(write).rdd();
    }
    FlatMapFunction<Iterator<InternalRow>, InternalRow> write = streams::ofRows;
    return child().execute().toJavaRDD().mapPartitions(write).rdd();
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
    return child().outputSet();
  }

  @Override
  public String nodeName() {
    return "ArrowStreams";
  }

  @Override
  public SparkPlan withNewChildInternal(SparkPlan newChild) {
    return new ArrowStreamsExec(newChild, output);
  }

  @Override
  public List<Object> constructorArguments() {
    return List.of(child(), output);
  }
}
