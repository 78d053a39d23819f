// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.arrow.BatchSource;
import dev.weft.spark.arrow.RowBatches;
import dev.weft.spark.catalyst.ScalaCollections;
import dev.weft.spark.catalyst.UnaryExec;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.catalyst.plans.physical.UnknownPartitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.collection.immutable.Map;
import scala.collection.immutable.Seq;

/**
 * Runs the model over a partition, a window of rows at a time, and passes the rows on in their
 * order, so partitioning and ordering of the child hold. Columns nobody reads above are left out.
 *
 * <p>Rows are what it gives by itself. It gives batches of columns, in which the vectors are the
 * window's own memory, to whoever executes it so: an operator above that takes columns where those
 * below give them, and {@link VectorsToArrow} wherever what is below comes from.
 */
public final class EmbedExec extends UnaryExec implements EmbedOperator, BatchSource {
  private static final long serialVersionUID = 1L;

  private final Seq<Expression> inputs;
  private final Attribute result;
  private final EmbedderSpec spec;
  private final List<Integer> places;
  private final transient EmbedMetrics metrics;
  private final transient Map<String, SQLMetric> metricsByKey;

  /**
   * An operator that passes on some columns.
   *
   * @param places which columns go out, in this order: places among the child's, behind which the
   *     result is. They are no attributes, as a copy of {@code result} is to Catalyst, when it
   *     compares plans, another column
   */
  public EmbedExec(
      Seq<Expression> inputs,
      Attribute result,
      EmbedderSpec spec,
      List<Integer> places,
      SparkPlan child) {
    super(child);
    this.inputs = inputs;
    this.result = result;
    this.spec = spec;
    this.places = List.copyOf(places);
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
  public List<Object> constructorArguments() {
    return List.of(inputs, result, spec, places, child());
  }

  @Override
  public RDD<InternalRow> doExecute() {
    EmbedPartition partition = partition();
    if (child().supportsColumnar()) {
      FlatMapFunction<Iterator<ColumnarBatch>, InternalRow> embed = partition::embedRowsOf;
      return child().executeColumnar().toJavaRDD().mapPartitions(embed, true).rdd();
    }
    FlatMapFunction<Iterator<InternalRow>, InternalRow> embed = partition::embed;
    return child().execute().toJavaRDD().mapPartitions(embed, true).rdd();
  }

  @Override
  public RDD<ColumnarBatch> doExecuteColumnar() {
    EmbedPartition partition = partition();
    if (child().supportsColumnar()) {
      FlatMapFunction<Iterator<ColumnarBatch>, ColumnarBatch> embed = partition::embedBatches;
      return child().executeColumnar().toJavaRDD().mapPartitions(embed, true).rdd();
    }
    FlatMapFunction<Iterator<InternalRow>, ColumnarBatch> embed = partition::embedInBatches;
    return child().execute().toJavaRDD().mapPartitions(embed, true).rdd();
  }

  private EmbedPartition partition() {
    return new EmbedPartition(
        inputs, child().output(), result, places, TaskModel.ofQuery(spec), metrics);
  }

  /**
   * Columns all the way: where what is below gives rows, rows go out. Not where it matters how they
   * are partitioned: Spark's union of columns does not keep to what it says of that.
   */
  @Override
  public boolean supportsColumnar() {
    return child().supportsColumnar()
        && isOneVector()
        && child().outputPartitioning() instanceof UnknownPartitioning;
  }

  /**
   * Even then, as a row is made from a window faster than from a batch. Spark asks nobody below.
   */
  @Override
  public boolean supportsRowBased() {
    return true;
  }

  @Override
  public boolean givesBatches() {
    return isOneVector() && (child().supportsColumnar() || RowBatches.canHold(child().output()));
  }

  private boolean isOneVector() {
    return ResultType.isVector(result.dataType());
  }

  @Override
  public Map<String, SQLMetric> metrics() {
    return metricsByKey;
  }

  @Override
  public Seq<Attribute> output() {
    Seq<Attribute> all = EmbedOperator.output(child().output(), result);
    return ScalaCollections.seq(places.stream().map(all::apply).toList());
  }

  @Override
  public AttributeSet producedAttributes() {
    return AttributeSet.apply(result);
  }

  /** The child's, as far as it can be said in the columns that go out. */
  @Override
  public Partitioning outputPartitioning() {
    Partitioning below = child().outputPartitioning();
    return below instanceof Expression columns && !columns.references().subsetOf(outputSet())
        ? new UnknownPartitioning(below.numPartitions())
        : below;
  }

  @Override
  public Seq<SortOrder> outputOrdering() {
    return ScalaCollections.seq(
        ScalaCollections.list(child().outputOrdering()).stream()
            .takeWhile(order -> order.references().subsetOf(outputSet()))
            .toList());
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
  public SparkPlan withNewChildInternal(SparkPlan newChild) {
    return new EmbedExec(inputs, result, spec, places, newChild);
  }
}
