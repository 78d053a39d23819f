// SPDX-License-Identifier: Apache-2.0
package dev.weft.arrow;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.VectorSink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * A bounded stretch of rows between a host and an {@link Embedder}: texts are gathered in a {@code
 * VarCharVector}, encoded together, and each batch's result is copied once, from the engine's
 * memory into a fixed-size-list vector, where rows are read from. A null text has a null vector and
 * never reaches the model. Mutable, for one thread; reused by {@link #clear}.
 */
public final class ArrowWindow implements AutoCloseable {
  private final int dimension;
  private final Limits limits;
  private final VarCharVector texts;
  private final FixedSizeListVector vectors;
  private final Float4Vector values;
  private final int[] present;
  private int rows;
  private int presentRows;
  private long textBytes;

  /**
   * When a window is full.
   *
   * @param rows the most rows, nulls included
   * @param textBytes the most bytes of text; one longer text still fits an empty window
   */
  public record Limits(int rows, long textBytes) {
    /** Enough rows to sort by length, few enough to stay a few megabytes. */
    public static final Limits DEFAULT = new Limits(4096, 8L << 20);
  }

  /**
   * Makes an empty window.
   *
   * @param allocator owns the memory; closed by the caller after the window
   * @param dimension width of the vectors
   */
  public ArrowWindow(BufferAllocator allocator, int dimension, Limits limits) {
    this.dimension = dimension;
    this.limits = limits;
    this.texts = new VarCharVector("text", allocator);
    this.vectors = FixedSizeListVector.empty("embedding", dimension, allocator);
    FieldType element = FieldType.notNullable(MinorType.FLOAT4.getType());
    this.values = vectors.<Float4Vector>addOrGetVector(element).getVector();
    this.present = new int[limits.rows()];
  }

  /** Number of rows gathered. */
  public int rows() {
    return rows;
  }

  /** Whether the rows gathered should be encoded before another is added. */
  public boolean isFull() {
    return rows == limits.rows() || textBytes >= limits.textBytes();
  }

  /** Adds a text as UTF-8; malformed bytes count as U+FFFD. */
  public void add(byte[] utf8) {
    texts.setSafe(rows, utf8);
    textBytes += utf8.length;
    present[presentRows++] = rows++;
  }

  /** Adds a row without a text. */
  public void addNull() {
    texts.setNull(rows++);
  }

  /**
   * Encodes the texts gathered; afterwards their vectors can be read.
   *
   * @throws IllegalArgumentException if the call makes vectors of another width than the window's
   */
  public void encode(Embedder embedder, EncodeOptions options) {
    require(embedder.dimension(options));
    encode(sink -> embedder.encode(presentTexts(), options, sink));
  }

  /**
   * Encodes the texts gathered, each by its own options; afterwards their vectors can be read.
   *
   * @param options one for each row that is not null
   * @throws IllegalArgumentException if a call makes vectors of another width than the window's
   */
  public void encode(Embedder embedder, List<EncodeOptions> options) {
    options.stream().distinct().forEach(kind -> require(embedder.dimension(kind)));
    encode(sink -> embedder.encode(presentTexts(), options, sink));
  }

  private void require(int made) {
    if (made != dimension) {
      throw new IllegalArgumentException(
          "the window holds vectors of " + dimension + " components, the call makes " + made);
    }
  }

  private void encode(Consumer<VectorSink> call) {
    texts.setValueCount(rows);
    reserve();
    FloatBuffer target = target();
    call.accept(
        (batch, width, source) -> {
          for (int i = 0; i < batch.length; i++) {
            target.put(present[batch[i]] * dimension, source, i * width, width);
          }
        });
    for (int i = 0; i < presentRows; i++) {
      vectors.setNotNull(present[i]);
    }
    vectors.setValueCount(rows);
  }

  private void reserve() {
    vectors.setInitialCapacity(rows);
    vectors.allocateNew();
    values.allocateNew(rows * dimension);
    values.setValueCount(rows * dimension);
    values.getValidityBuffer().setOne(0, values.getValidityBuffer().capacity());
  }

  private FloatBuffer target() {
    ByteBuffer bytes = values.getDataBuffer().nioBuffer(0, rows * dimension * Float.BYTES);
    return bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private List<String> presentTexts() {
    String[] decoded = new String[presentRows];
    for (int i = 0; i < presentRows; i++) {
      decoded[i] = new String(texts.get(present[i]), StandardCharsets.UTF_8);
    }
    return Arrays.asList(decoded);
  }

  /** Whether the row has no text and so no vector. */
  public boolean isNull(int row) {
    return texts.isNull(row);
  }

  /** Where the vector of a row starts in native memory: {@code dimension} little-endian floats. */
  public long address(int row) {
    return values.getDataBufferAddress() + (long) row * dimension * Float.BYTES;
  }

  /** Copies the vector of a row. */
  public void read(int row, float[] vector) {
    for (int i = 0; i < dimension; i++) {
      vector[i] = values.get(row * dimension + i);
    }
  }

  /** The vectors as Arrow holds them, for hosts that take columns; valid until the next change. */
  public FixedSizeListVector vectors() {
    return vectors;
  }

  /** Forgets all rows and keeps the memory of the texts. */
  public void clear() {
    texts.reset();
    vectors.clear();
    rows = 0;
    presentRows = 0;
    textBytes = 0;
  }

  @Override
  public void close() {
    texts.close();
    vectors.close();
  }
}
