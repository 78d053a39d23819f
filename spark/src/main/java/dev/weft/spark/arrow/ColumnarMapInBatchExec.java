// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import dev.weft.spark.catalyst.ScalaCollections;
import dev.weft.spark.catalyst.UnaryExec;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.python.ChainedPythonFunctions;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.PythonUDF;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.python.ArrowPythonRunner;
import org.apache.spark.sql.execution.python.MapInBatchExec;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.Tuple2;
import scala.collection.immutable.Map;
import scala.collection.immutable.Seq;

/**
 * {@code mapInArrow} or {@code mapInPandas} over an operator that gives batches of columns: they go
 * to Python without becoming rows. It stands for Spark's own operator, whose metrics and settings
 * it has.
 */
public final class ColumnarMapInBatchExec extends UnaryExec {
  private static final long serialVersionUID = 1L;

  private final MapInBatchExec plan;

  /**
   * The same call over a child that gives batches.
   *
   * @param plan Spark's operator; without a barrier, which this one does not keep
   */
  public ColumnarMapInBatchExec(MapInBatchExec plan, SparkPlan child) {
    super(child);
    this.plan = plan;
  }

  @Override
  public RDD<InternalRow> doExecute() {
    FlatMapFunction<Iterator<ColumnarBatch>, InternalRow> run = call()::run;
    RDD<InternalRow> rows = child().executeColumnar().toJavaRDD().mapPartitions(run).rdd();
    return plan.profile().isDefined() ? rows.withResources(plan.profile().get()) : rows;
  }

  private ArrowMapCall call() {
    PythonUDF udf = (PythonUDF) plan.func();
    ChainedPythonFunctions function =
        new ChainedPythonFunctions(ScalaCollections.seq(List.of(udf.func())));
    SQLConf conf = conf();
    return new ArrowMapCall(
        ScalaCollections.seq(List.of(new Tuple2<>(function, (Object) udf.resultId().id()))),
        plan.pythonEvalType(),
        child().schema(),
        udf.dataType(),
        output(),
        conf.sessionLocalTimeZone(),
        conf.arrowUseLargeVarTypes(),
        ArrowPythonRunner.getPythonRunnerConfMap(conf),
        plan.pythonMetrics(),
        plan.org$apache$spark$sql$execution$python$MapInBatchExec$$jobArtifactUUID(),
        plan.org$apache$spark$sql$execution$python$MapInBatchExec$$sessionUUID(),
        conf.pythonUDFProfiler());
  }

  private SparkPlan spark() {
    return (SparkPlan) plan;
  }

  @Override
  public String nodeName() {
    return "Columnar" + spark().nodeName();
  }

  @Override
  public Map<String, SQLMetric> metrics() {
    return spark().metrics();
  }

  @Override
  public Seq<Attribute> output() {
    return spark().output();
  }

  @Override
  public AttributeSet producedAttributes() {
    return outputSet();
  }

  /** As Spark's; a union asks for it when it runs. */
  @Override
  public Partitioning outputPartitioning() {
    return child().outputPartitioning();
  }

  /** As Spark's own operator, so that what it would be reused for, this is too. */
  @Override
  public SparkPlan doCanonicalize() {
    return spark().withNewChildren(children()).canonicalized();
  }

  /** The function is given all columns. */
  @Override
  public AttributeSet references() {
    return child().outputSet();
  }

  @Override
  public String argString(int maxFields) {
    return spark().argString(maxFields);
  }

  @Override
  public SparkPlan withNewChildInternal(SparkPlan newChild) {
    return new ColumnarMapInBatchExec(plan, newChild);
  }

  @Override
  public List<Object> constructorArguments() {
    return List.of(plan, child());
  }
}
