// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.List;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry$;
import scala.Tuple3;

/** Installs what this package adds to a session. */
public final class VectorExtensions {
  private VectorExtensions() {}

  /** Adds the vector functions that this Spark has not got, and similarity joins. */
  public static void install(SparkSessionExtensions extensions) {
    for (VectorBuilder builder : missing(FunctionRegistry$.MODULE$.builtin())) {
      extensions.injectFunction(
          new Tuple3<>(new FunctionIdentifier(builder.name()), builder.info(), builder));
    }
    extensions.injectPlannerStrategy(session -> new SimilarityStrategy());
  }

  /** Spark's own functions stay, so that a query means the same after an upgrade. */
  static List<VectorBuilder> missing(FunctionRegistry builtin) {
    return VectorBuilder.all().stream()
        .filter(builder -> !builtin.functionExists(new FunctionIdentifier(builder.name())))
        .toList();
  }
}
