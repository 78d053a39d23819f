// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.types.DataTypeUtils;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.util.ArrowUtils;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.util.TaskCompletionListener;
import scala.collection.immutable.Seq;

/**
 * Writes each batch of a partition as a stream of Arrow's IPC format with a schema of its own;
 * travels to the executors.
 *
 * @param columns those of the batches
 * @param timeZone of timestamps
 * @param largeVarTypes whether strings have offsets of 64 bits
 */
record ArrowStreams(Seq<Attribute> columns, String timeZone, boolean largeVarTypes)
    implements Serializable {
  /** What is beside the values, about. */
  private static final int MAX_SCHEMA = 4096;

  private static final int MAX_ROWS = 4096;
  private static final long MAX_BYTES = 16L << 20;

  /** A row with a stream for some rows of the partition. */
  Iterator<InternalRow> ofRows(Iterator<InternalRow> rows) {
    return rows.hasNext()
        ? ofBatches(new RowBatches(columns, rows, MAX_ROWS, MAX_BYTES))
        : Collections.emptyIterator();
  }

  /** A row with a stream for each batch. */
  Iterator<InternalRow> ofBatches(Iterator<ColumnarBatch> batches) {
    return batches.hasNext() ? new Rows(batches) : Collections.emptyIterator();
  }

  private final class Rows implements Iterator<InternalRow> {
    private final Iterator<ColumnarBatch> batches;
    private final BufferAllocator allocator =
        ArrowUtils.rootAllocator().newChildAllocator("weft streams", 0, Long.MAX_VALUE);
    private final VectorSchemaRoot root =
        VectorSchemaRoot.create(
            ArrowUtils.toArrowSchema(
                DataTypeUtils.fromAttributes(columns), timeZone, true, largeVarTypes),
            allocator);
    private final UnsafeProjection projection =
        UnsafeProjection.create(new DataType[] {DataTypes.BinaryType});
    private final GenericInternalRow row = new GenericInternalRow(1);

    Rows(Iterator<ColumnarBatch> batches) {
      this.batches = batches;
      TaskCompletionListener close = context -> close();
      TaskContext.get().addTaskCompletionListener(close);
    }

    private void close() {
      try (allocator) {
        root.close();
      }
    }

    @Override
    public boolean hasNext() {
      return batches.hasNext();
    }

    @Override
    public InternalRow next() {
      ColumnarBatch batch = batches.next();
      ArrowColumns filled = new ArrowColumns(root.getFieldVectors(), batch);
      root.setRowCount(filled.fill(batch, 0, Integer.MAX_VALUE, Long.MAX_VALUE));
      row.update(0, written());
      filled.clear();
      return projection.apply(row);
    }

    private byte[] written() {
      int size = root.getFieldVectors().stream().mapToInt(ValueVector::getBufferSize).sum();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(size + MAX_SCHEMA);
      try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
        writer.writeBatch();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }
  }
}
