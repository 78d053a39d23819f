// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Optional;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.functions.ScalarFunction;
import org.jspecify.annotations.Nullable;

/**
 * The functions of Spark 4.2 on vectors, under their names; aggregates are in {@link
 * VectorAggregate}. Vectors are {@code ARRAY<FLOAT>}; one that is NULL or has a NULL in it gives
 * NULL. Sums are in double. Public for the code that Flink generates; {@code LOAD MODULE weft}
 * brings them.
 */
public final class VectorFunction {
  private static final String VECTOR = "ARRAY<FLOAT>";

  private VectorFunction() {}

  /** A number of two vectors. */
  public abstract static class OfTwo extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    private final String name;

    private OfTwo(String name) {
      this.name = name;
    }

    /**
     * Called by Flink.
     *
     * @throws IllegalArgumentException if they are not of one width
     */
    public final @Nullable Float eval(
        @DataTypeHint(value = VECTOR, bridgedTo = ArrayData.class) @Nullable ArrayData left,
        @DataTypeHint(value = VECTOR, bridgedTo = ArrayData.class) @Nullable ArrayData right) {
      if (left == null || right == null || hasNull(left) || hasNull(right)) {
        return null;
      }
      float[] a = left.toFloatArray();
      float[] b = right.toFloatArray();
      if (a.length != b.length) {
        throw widths(name, a.length, b.length);
      }
      return of(a, b).map(Double::floatValue).orElse(null);
    }

    abstract Optional<Double> of(float[] a, float[] b);
  }

  /** {@code vector_cosine_similarity(a, b)}; NULL if one is zero. */
  public static final class CosineSimilarity extends OfTwo {
    private static final long serialVersionUID = 1L;

    CosineSimilarity() {
      super("vector_cosine_similarity");
    }

    @Override
    Optional<Double> of(float[] a, float[] b) {
      double norms = norm(a) * norm(b);
      return norms == 0 ? Optional.empty() : Optional.of(dot(a, b) / norms);
    }
  }

  /** {@code vector_inner_product(a, b)}. */
  public static final class InnerProduct extends OfTwo {
    private static final long serialVersionUID = 1L;

    InnerProduct() {
      super("vector_inner_product");
    }

    @Override
    Optional<Double> of(float[] a, float[] b) {
      return Optional.of(dot(a, b));
    }
  }

  /** {@code vector_l2_distance(a, b)}, the Euclidean one. */
  public static final class L2Distance extends OfTwo {
    private static final long serialVersionUID = 1L;

    L2Distance() {
      super("vector_l2_distance");
    }

    @Override
    Optional<Double> of(float[] a, float[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        double difference = (double) a[i] - b[i];
        sum += difference * difference;
      }
      return Optional.of(Math.sqrt(sum));
    }
  }

  /** {@code vector_norm(v)}, the Euclidean one. */
  public static final class Norm extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    /** Called by Flink. */
    public @Nullable Float eval(
        @DataTypeHint(value = VECTOR, bridgedTo = ArrayData.class) @Nullable ArrayData vector) {
      return vector == null || hasNull(vector) ? null : (float) norm(vector.toFloatArray());
    }
  }

  /** {@code vector_normalize(v)}: of length one, NULL if it is zero. */
  public static final class Normalize extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    /** Called by Flink. */
    @DataTypeHint(value = "ARRAY<FLOAT NOT NULL>", bridgedTo = ArrayData.class)
    public @Nullable ArrayData eval(
        @DataTypeHint(value = VECTOR, bridgedTo = ArrayData.class) @Nullable ArrayData vector) {
      if (vector == null || hasNull(vector)) {
        return null;
      }
      float[] unit = vector.toFloatArray().clone();
      double norm = norm(unit);
      for (int i = 0; i < unit.length; i++) {
        unit[i] = (float) (unit[i] / norm);
      }
      return norm == 0 ? null : new GenericArrayData(unit);
    }
  }

  static IllegalArgumentException widths(String function, int one, int other) {
    return new IllegalArgumentException(
        function
            + ": the vectors have "
            + one
            + " and "
            + other
            + " components; only those of one model with one truncateDim can be compared");
  }

  static boolean hasNull(ArrayData vector) {
    for (int i = 0; i < vector.size(); i++) {
      if (vector.isNullAt(i)) {
        return true;
      }
    }
    return false;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double norm(float[] vector) {
    return Math.sqrt(dot(vector, vector));
  }
}
