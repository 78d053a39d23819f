// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import dev.weft.spark.catalyst.ScalaCollections;
import dev.weft.spark.catalyst.ThrowUnchecked;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.python.ChainedPythonFunctions;
import org.apache.spark.api.python.PythonEvalType;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.errors.QueryExecutionErrors;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataType$;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.Option;
import scala.Tuple2;
import scala.collection.immutable.Map;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A call of a Python function on the batches of a partition; travels to the executors.
 *
 * @param functions the function, as Spark's runners take it
 * @param evalType one of Spark's {@link PythonEvalType}
 * @param inputType what the function is given
 * @param outputType what it says it returns
 * @param output the same as columns
 * @param timeZone of timestamps
 * @param largeVarTypes whether strings have offsets of 64 bits
 * @param runnerConf what the worker is told of the session
 * @param metrics of the operator, by Spark's names
 * @param jobArtifact the files of the session
 * @param session for the worker's log, where it is on
 * @param profiler of the function, where it is on
 */
record ArrowMapCall(
    Seq<Tuple2<ChainedPythonFunctions, Object>> functions,
    int evalType,
    StructType inputType,
    DataType outputType,
    Seq<Attribute> output,
    String timeZone,
    boolean largeVarTypes,
    Map<String, String> runnerConf,
    Map<String, SQLMetric> metrics,
    Option<String> jobArtifact,
    Option<String> session,
    Option<String> profiler)
    implements Serializable {

  /** The rows that the function makes of the batches. */
  Iterator<InternalRow> run(Iterator<ColumnarBatch> batches) {
    Iterator<ColumnarBatch> made =
        CollectionConverters.asJava(
            ArrowMapRunner.run(this, CollectionConverters.asScala(batches), TaskContext.get())
                .map(this::columns));
    return BatchRows.of(output, made, batch -> {}); // Its reader uses the columns again.
  }

  /** The columns of a batch of structs. */
  private ColumnarBatch columns(ColumnarBatch made) {
    ArrowColumnVector structs = (ArrowColumnVector) made.column(0);
    if (SQLConf.get().pysparkArrowValidateSchema()
        && !DataType$.MODULE$.equalsIgnoreCompatibleNullability(structs.dataType(), outputType)) {
      throw ThrowUnchecked.of(
          QueryExecutionErrors.arrowDataTypeMismatchError(
              PythonEvalType.toString(evalType),
              ScalaCollections.seq(List.of(outputType)),
              ScalaCollections.seq(List.of(structs.dataType()))));
    }
    ColumnVector[] columns = new ColumnVector[output.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = structs.getChild(i);
    }
    return new ColumnarBatch(columns, made.numRows());
  }
}
