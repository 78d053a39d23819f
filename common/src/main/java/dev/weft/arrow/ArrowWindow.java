// SPDX-License-Identifier: Apache-2.0
package dev.weft.arrow;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.TextFailure;
import dev.weft.VectorSink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * A bounded stretch of rows between a host and an {@link Embedder}: texts are gathered in a {@code
 * VarCharVector}, encoded together, equal ones once, and each batch's result is copied once, from
 * the engine's memory into a list vector, where rows are read from, or which is taken as it is. All
 * lists have one width: that of a null row is there too, but counts for nothing. A null text has a
 * null vector and never reaches the model. Mutable, for one thread; reused by {@link #clear}.
 */
public final class ArrowWindow implements AutoCloseable {
  private final int dimension;
  private final int fullRows;
  private final long fullTextBytes;
  private final Failures policy;
  private final VarCharVector texts;
  private final ListVector vectors;
  private final Float4Vector values;
  private final Map<Integer, TextFailure> failures = new ConcurrentHashMap<>();
  private final Map<Integer, String> notices = new ConcurrentHashMap<>();
  private int[] present;
  private int rows;
  private int presentRows;
  private int duplicates;
  private long textBytes;

  /**
   * When a window is full.
   *
   * @param rows the most rows, nulls included
   * @param textBytes the most bytes of text; one longer text still fits an empty window
   * @param vectorBytes the most bytes of vectors, which bounds the rows of wide ones
   */
  public record Limits(int rows, long textBytes, long vectorBytes) {
    /** Enough rows to sort by length, few enough to stay a few megabytes. */
    public static final Limits DEFAULT = new Limits(4096, 8L << 20);

    /** With 16 MB of vectors. */
    public Limits(int rows, long textBytes) {
      this(rows, textBytes, 16L << 20);
    }
  }

  /** What becomes of a text that cannot be encoded. */
  public enum Failures {
    /** Encoding ends with an exception that names it. */
    THROWN,
    /** It has no vector, but a {@link ArrowWindow#failure}; the other rows have theirs. */
    KEPT
  }

  /** Makes an empty window, in which the first text that cannot be encoded ends the rest. */
  public ArrowWindow(BufferAllocator allocator, int dimension, Limits limits) {
    this(allocator, dimension, limits, Failures.THROWN);
  }

  /**
   * Makes an empty window.
   *
   * @param allocator owns the memory; closed by the caller after the window
   * @param dimension width of the vectors
   */
  public ArrowWindow(BufferAllocator allocator, int dimension, Limits limits, Failures policy) {
    this.dimension = dimension;
    long fitting = limits.vectorBytes() / ((long) dimension * Float.BYTES);
    this.fullRows = (int) Math.max(1, Math.min(limits.rows(), fitting));
    this.fullTextBytes = limits.textBytes();
    this.policy = policy;
    this.texts = new VarCharVector("text", allocator);
    this.vectors = ListVector.empty("embedding", allocator);
    FieldType element = FieldType.notNullable(MinorType.FLOAT4.getType());
    this.values = vectors.<Float4Vector>addOrGetVector(element).getVector();
    this.present = new int[fullRows];
  }

  /** Width of the vectors. */
  public int dimension() {
    return dimension;
  }

  /** How many rows fill it, if their texts are short. */
  public int maxRows() {
    return fullRows;
  }

  /** Number of rows gathered. */
  public int rows() {
    return rows;
  }

  /** Whether the rows gathered should be encoded before another is added. */
  public boolean isFull() {
    return rows >= fullRows || textBytes >= fullTextBytes;
  }

  /**
   * Adds a text as UTF-8; malformed bytes count as U+FFFD. A full window takes more, for rows that
   * belong together.
   */
  public void add(byte[] utf8) {
    if (presentRows == present.length) {
      present = Arrays.copyOf(present, 2 * presentRows);
    }
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
    encode(List.of(), (distinct, sink) -> embedder.encode(strings(distinct), options, sink));
  }

  /**
   * Encodes the texts gathered, each by its own options; afterwards their vectors can be read.
   * Options that do not fit the model are failures of their texts.
   *
   * @param options one for each row that is not null
   * @throws IllegalArgumentException if a call makes vectors of another width than the window's
   */
  public void encode(Embedder embedder, List<EncodeOptions> options) {
    new HashSet<>(options).forEach(kind -> requireOrFail(embedder, kind));
    encode(
        options, (distinct, sink) -> embedder.encode(strings(distinct), distinct.options(), sink));
  }

  private void requireOrFail(Embedder embedder, EncodeOptions kind) {
    int made;
    try {
      made = embedder.dimension(kind);
    } catch (IllegalArgumentException e) {
      return; // its texts will fail with this
    }
    require(made);
  }

  private void require(int made) {
    if (made != dimension) {
      throw new IllegalArgumentException(
          "the window holds vectors of " + dimension + " components, the call makes " + made);
    }
  }

  private void encode(List<EncodeOptions> options, BiConsumer<DistinctTexts, VectorSink> call) {
    failures.clear();
    notices.clear();
    texts.setValueCount(rows);
    reserve();
    DistinctTexts distinct = new DistinctTexts(texts, present, presentRows, options);
    duplicates = presentRows - distinct.count();
    call.accept(distinct, new Sink(distinct, target()));
    for (int i = 0; i < presentRows; i++) {
      spread(distinct.row(distinct.number(i)), present[i]);
    }
    vectors.setLastSet(rows - 1);
    vectors.setValueCount(rows);
  }

  /** Gives a row what the first row with its text has. */
  private void spread(int first, int row) {
    TextFailure failure = failures.get(first);
    if (failure != null) {
      failures.put(row, failure);
      return;
    }
    String notice = notices.get(first);
    if (notice != null) {
      notices.put(row, notice);
    }
    if (row != first) {
      long bytes = (long) dimension * Float.BYTES;
      ArrowBuf data = values.getDataBuffer();
      data.setBytes(row * bytes, data, first * bytes, bytes);
    }
    vectors.setNotNull(row);
  }

  /** Copies what is made of a text to the row where it stood first. */
  private final class Sink implements VectorSink {
    private final DistinctTexts distinct;
    private final FloatBuffer target;

    Sink(DistinctTexts distinct, FloatBuffer target) {
      this.distinct = distinct;
      this.target = target;
    }

    @Override
    public void accept(int[] batch, int width, FloatBuffer source) {
      for (int i = 0; i < batch.length; i++) {
        target.put(distinct.row(batch[i]) * dimension, source, i * width, width);
      }
    }

    @Override
    public void cut(int text, String notice) {
      notices.put(distinct.row(text), notice);
    }

    @Override
    public void failed(int text, TextFailure failure) {
      if (policy == Failures.THROWN) {
        throw failure.exception();
      }
      failures.put(distinct.row(text), failure);
    }
  }

  private void reserve() {
    if ((long) rows * dimension > Integer.MAX_VALUE / Float.BYTES) {
      throw new IllegalArgumentException(
          rows
              + " texts with vectors of "
              + dimension
              + " components are more than one window can hold; give fewer in one row");
    }
    vectors.setInitialCapacity(rows);
    vectors.allocateNew();
    ArrowBuf offsets = vectors.getOffsetBuffer();
    for (int row = 0; row <= rows; row++) {
      offsets.setInt((long) row * ListVector.OFFSET_WIDTH, row * dimension);
    }
    values.allocateNew(rows * dimension);
    values.setValueCount(rows * dimension);
    values.getValidityBuffer().setOne(0, values.getValidityBuffer().capacity());
  }

  private FloatBuffer target() {
    ByteBuffer bytes = values.getDataBuffer().nioBuffer(0, rows * dimension * Float.BYTES);
    return bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private List<String> strings(DistinctTexts distinct) {
    String[] decoded = new String[distinct.count()];
    for (int i = 0; i < decoded.length; i++) {
      decoded[i] = new String(texts.get(distinct.row(i)), StandardCharsets.UTF_8);
    }
    return Arrays.asList(decoded);
  }

  /** Rows of the last encoding that took the vector of an equal text before them. */
  public int duplicates() {
    return duplicates;
  }

  /** Why the row has no vector although it has a text. */
  public Optional<TextFailure> failure(int row) {
    return failures.isEmpty() ? Optional.empty() : Optional.ofNullable(failures.get(row));
  }

  /**
   * What there is to say of a row that has a vector all the same: that its text was cut, where the
   * options asked for that to be reported.
   */
  public Optional<String> notice(int row) {
    return notices.isEmpty() ? Optional.empty() : Optional.ofNullable(notices.get(row));
  }

  /** How many rows have a failure. */
  public int failedRows() {
    return failures.size();
  }

  /** Whether the row has no text, and so neither a vector nor a failure. */
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
  public ListVector vectors() {
    return vectors;
  }

  /** Forgets all rows and keeps the memory of the texts. */
  public void clear() {
    texts.reset();
    vectors.clear();
    failures.clear();
    notices.clear();
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
