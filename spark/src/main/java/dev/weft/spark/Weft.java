// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** Column functions, to be imported statically. */
public final class Weft {
  private Weft() {}

  /**
   * The embedding of a text column by the model of {@code spark.weft.model}, ARRAY&lt;FLOAT&gt;.
   */
  public static Column embed(Column text) {
    return functions.call_function(EmbedFunction.NAME, text);
  }

  /** The embedding of a text column by a model: a directory on every executor, or a hub id. */
  public static Column embed(Column text, String model) {
    return functions.call_function(EmbedFunction.NAME, text, functions.lit(model));
  }

  /**
   * The embedding of a text column by a model with options, such as {@code truncateDim}; see {@link
   * dev.weft.serve.EmbedderSpec#of}. Values are strings; that of {@code task} may be a {@link
   * Column}, which chooses the route of a Router row by row, NULL being no task.
   */
  public static Column embed(Column text, String model, Map<String, ?> options) {
    Column[] entries =
        options.entrySet().stream()
            .flatMap(e -> java.util.stream.Stream.of(e.getKey(), e.getValue()))
            .map(functions::lit)
            .toArray(Column[]::new);
    return functions.call_function(
        EmbedFunction.NAME, text, functions.lit(model), functions.map(entries));
  }
}
