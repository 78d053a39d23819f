// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.functions.AggregateFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code vector_sum} and {@code vector_avg}, component by component, as in Spark 4.2: vectors that
 * are NULL or have a NULL in them do not count, and where none counts the result is NULL. Sums are
 * in double and rounded once. Rows may be taken back, as streaming queries do. Public for the code
 * that Flink generates; {@code LOAD MODULE weft} brings them.
 */
@FunctionHint(output = @DataTypeHint(value = "ARRAY<FLOAT NOT NULL>", bridgedTo = ArrayData.class))
public abstract class VectorAggregate
    extends AggregateFunction<ArrayData, VectorAggregate.Summary> {
  private static final long serialVersionUID = 1L;
  private static final String VECTOR = "ARRAY<FLOAT>";

  private final String name;

  private VectorAggregate(String name) {
    this.name = name;
  }

  /** What Flink keeps between rows. */
  public static final class Summary {
    /** A component's sum over the vectors. */
    @DataTypeHint(value = "ARRAY<DOUBLE NOT NULL>", bridgedTo = double[].class)
    public double[] sums = {};

    /** Vectors that count. */
    public long count;
  }

  /** {@code vector_sum(v)}. */
  public static final class Sum extends VectorAggregate {
    private static final long serialVersionUID = 1L;

    Sum() {
      super("vector_sum");
    }

    @Override
    double divisor(Summary summary) {
      return 1;
    }
  }

  /** {@code vector_avg(v)}. */
  public static final class Mean extends VectorAggregate {
    private static final long serialVersionUID = 1L;

    Mean() {
      super("vector_avg");
    }

    @Override
    double divisor(Summary summary) {
      return summary.count;
    }
  }

  abstract double divisor(Summary summary);

  @Override
  public final Summary createAccumulator() {
    return new Summary();
  }

  /**
   * Called by Flink for a row.
   *
   * @throws IllegalArgumentException if the vectors are not of one width
   */
  public final void accumulate(
      Summary summary,
      @DataTypeHint(value = VECTOR, bridgedTo = ArrayData.class) @Nullable ArrayData vector) {
    add(summary, vector, 1);
  }

  /** Called by Flink for a row that is taken back. */
  public final void retract(
      Summary summary,
      @DataTypeHint(value = VECTOR, bridgedTo = ArrayData.class) @Nullable ArrayData vector) {
    add(summary, vector, -1);
  }

  /** Called by Flink where parts of a group meet. */
  public final void merge(Summary summary, Iterable<Summary> others) {
    for (Summary other : others) {
      if (other.sums.length > 0) {
        widen(summary, other.sums.length);
        for (int i = 0; i < summary.sums.length; i++) {
          summary.sums[i] += other.sums[i];
        }
        summary.count += other.count;
      }
    }
  }

  private void add(Summary summary, @Nullable ArrayData vector, int sign) {
    if (vector == null || VectorFunction.hasNull(vector)) {
      return;
    }
    float[] values = vector.toFloatArray();
    widen(summary, values.length);
    for (int i = 0; i < values.length; i++) {
      summary.sums[i] += sign * (double) values[i];
    }
    summary.count += sign;
  }

  private void widen(Summary summary, int width) {
    if (summary.sums.length == 0) {
      summary.sums = new double[width];
    } else if (summary.sums.length != width) {
      throw VectorFunction.widths(name, summary.sums.length, width);
    }
  }

  @Override
  public final @Nullable ArrayData getValue(Summary summary) {
    if (summary.count == 0) {
      return null;
    }
    float[] result = new float[summary.sums.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (summary.sums[i] / divisor(summary));
    }
    return new GenericArrayData(result);
  }
}
