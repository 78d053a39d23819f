// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
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
import org.apache.spark.sql.execution.arrow.ArrowWriter;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.util.ArrowUtils;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.util.TaskCompletionListener;
import scala.collection.immutable.Seq;

/**
 * Writes a partition as streams of Arrow's IPC format, a batch with its schema in each; travels to
 * the executors.
 *
 * @param columns those of the rows
 * @param timeZone of timestamps
 * @param largeVarTypes whether strings have offsets of 64 bits
 */
record ArrowStreams(Seq<Attribute> columns, String timeZone, boolean largeVarTypes)
    implements Serializable {
  private static final int MAX_ROWS = 4096;
  private static final long MAX_BYTES = 16L << 20;

  /** What is beside the values, about, in bytes. */
  private static final int SCHEMA = 4096;

  /** Rows with a stream for some rows each. */
  Iterator<InternalRow> ofRows(Iterator<InternalRow> rows) {
    Target target = new Target();
    ArrowWriter writer = ArrowWriter.create(target.root);
    return new Streams(rows) {
      @Override
      byte[] stream() {
        int count = 0;
        while (count < MAX_ROWS && writer.sizeInBytes() < MAX_BYTES && rows.hasNext()) {
          writer.write(rows.next());
          count++;
        }
        writer.finish();
        byte[] written = target.written();
        writer.reset();
        return written;
      }
    };
  }

  /** Rows with a stream for a batch, or a part of a large one, each. */
  Iterator<InternalRow> ofBatches(Iterator<ColumnarBatch> batches) {
    Target target = new Target();
    return new Streams(batches) {
      private ArrowColumns columns = ArrowColumns.none();

      @Override
      public boolean hasNext() {
        return columns.hasMore() || super.hasNext();
      }

      @Override
      byte[] stream() {
        if (!columns.hasMore()) {
          columns = new ArrowColumns(target.root.getFieldVectors(), batches.next());
        }
        try {
          target.root.setRowCount(columns.fill(MAX_ROWS, MAX_BYTES));
          return target.written();
        } finally {
          columns.clear(); // What is the window's goes back to it.
        }
      }
    };
  }

  /** The vectors of a task that are written from; freed when it ends. */
  private final class Target {
    private final BufferAllocator allocator =
        ArrowUtils.rootAllocator().newChildAllocator("weft streams", 0, Long.MAX_VALUE);
    private final VectorSchemaRoot root =
        VectorSchemaRoot.create(
            ArrowUtils.toArrowSchema(
                DataTypeUtils.fromAttributes(columns), timeZone, true, largeVarTypes),
            allocator);

    Target() {
      TaskCompletionListener close = context -> close();
      TaskContext.get().addTaskCompletionListener(close);
    }

    private void close() {
      try (allocator) {
        root.close();
      }
    }

    byte[] written() {
      int size = root.getFieldVectors().stream().mapToInt(ValueVector::getBufferSize).sum();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(size + SCHEMA);
      try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
        writer.writeBatch();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }
  }

  /** Streams as rows of one binary column, as long as there is something to write. */
  private abstract static class Streams implements Iterator<InternalRow> {
    private final Iterator<?> input;
    private final UnsafeProjection projection =
        UnsafeProjection.create(new DataType[] {DataTypes.BinaryType});
    private final GenericInternalRow row = new GenericInternalRow(1);

    Streams(Iterator<?> input) {
      this.input = input;
    }

    abstract byte[] stream();

    @Override
    public boolean hasNext() {
      return input.hasNext();
    }

    @Override
    public InternalRow next() {
      row.update(0, stream());
      return projection.apply(row);
    }
  }
}
