// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.execution.python.BaseArrowPythonRunner;
import org.apache.spark.sql.execution.python.PythonUDFRunner$;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.util.TaskCompletionListener;
import scala.collection.Iterator;

/**
 * Sends batches of columns to a Python worker, as one column of structs, which is what {@code
 * mapInArrow} there takes for a data frame. For one task's thread.
 *
 * <p>Its base is of batches in and out, but named without its type arguments: with them, what its
 * Scala signature says of an inner class is to javac another class, and nothing overrides.
 */
@SuppressWarnings({"rawtypes", "unchecked"})
final class ArrowMapRunner extends BaseArrowPythonRunner {
  private final ArrowMapCall call;
  private final int maxRows;
  private final long maxBytes;
  private ArrowColumns columns = ArrowColumns.none();

  ArrowMapRunner(ArrowMapCall call) {
    super(
        call.functions(),
        call.evalType(),
        new int[][] {{0}},
        new StructType().add("struct", call.inputType()),
        call.timeZone(),
        call.largeVarTypes(),
        call.runnerConf(),
        call.metrics(),
        call.jobArtifact(),
        call.session());
    this.call = call;
    int most = SQLConf.get().arrowMaxRecordsPerBatch();
    this.maxRows = most > 0 ? most : Integer.MAX_VALUE;
    this.maxBytes = SQLConf.get().arrowMaxBytesPerBatch();
  }

  /** The batches of structs that the function makes of those of a partition. */
  static Iterator<ColumnarBatch> run(
      ArrowMapCall call, Iterator<ColumnarBatch> batches, TaskContext task) {
    ArrowMapRunner runner = new ArrowMapRunner(call);
    TaskCompletionListener close = context -> runner.release();
    task.addTaskCompletionListener(close);
    return runner.compute(batches, task.partitionId(), task);
  }

  /** Sends as much of a batch as the session lets into one. */
  @Override
  public boolean writeNextBatchToArrowStream(
      VectorSchemaRoot root, ArrowStreamWriter writer, DataOutputStream out, Iterator batches) {
    StructVector rows = (StructVector) root.getVector(0);
    while (!columns.hasMore()) {
      if (!batches.hasNext()) {
        close();
        return false;
      }
      columns = new ArrowColumns(rows.getChildrenFromFields(), (ColumnarBatch) batches.next());
    }
    int before = out.size();
    try {
      int count = columns.fill(maxRows, maxBytes);
      for (int i = 0; i < count; i++) {
        rows.setIndexDefined(i);
      }
      root.setRowCount(count);
      write(out);
    } finally {
      columns.clear(); // What is the window's goes back to it.
    }
    call.metrics().apply("pythonDataSent").add(out.size() - before);
    return true;
  }

  /** Spark closes what it sent from at the end of the input, which a task need not come to. */
  private void release() {
    root().close();
    allocator().close();
  }

  private void write(DataOutputStream out) {
    try (ArrowRecordBatch sent = unloader().getRecordBatch()) {
      MessageSerializer.serialize(new WriteChannel(Channels.newChannel(out)), sent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ColumnarBatch deserializeColumnarBatch(ColumnarBatch made, StructType schema) {
    return made;
  }

  @Override
  public void writeUDF(DataOutputStream out) {
    PythonUDFRunner$.MODULE$.writeUDFs(out, call.functions(), argOffsets(), call.profiler());
  }
}
