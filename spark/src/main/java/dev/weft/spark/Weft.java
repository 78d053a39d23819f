// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.arrow.ArrowStreamsNode;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** Column functions, to be imported statically. */
public final class Weft {
  private Weft() {}

  /**
   * The embedding of a text column by the model of {@code spark.weft.model}, ARRAY&lt;FLOAT&gt;; an
   * array of embeddings for a column of arrays of texts.
   */
  public static Column embed(Column text) {
    return functions.call_function(EmbedFunction.NAME, text);
  }

  /**
   * The embedding of a text column by a model: a directory on every executor, a name from {@link
   * #ship}, or a hub id.
   */
  public static Column embed(Column text, String model) {
    return functions.call_function(EmbedFunction.NAME, text, functions.lit(model));
  }

  /**
   * The embedding of a text column by a model with options, such as {@code truncateDim}; see {@link
   * dev.weft.serve.EmbedderSpec#of}. Values are strings, an option of the value null is not set;
   * those of {@code task} and {@code promptName} may be a {@link Column}, which chooses the route
   * of a Router or the prompt row by row, NULL being no choice.
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

  /**
   * The rows of a data set as streams of Arrow's IPC format, a batch of rows with its schema in
   * each, in their order. Vectors that {@link #embed} made last are written as the window's memory
   * holds them, without becoming rows. It takes a classic session, not Spark Connect.
   */
  public static Dataset<byte[]> toArrow(Dataset<?> rows) {
    return ArrowStreamsNode.of(rows);
  }

  /**
   * Brings a model from the driver to all executors, those to come included: packs it, and lets
   * Spark's file server hand it out when a task needs it. Each machine unpacks it once and checks
   * its hash. To be called before the query runs, once for a model; calling it again is harmless.
   *
   * <pre>{@code
   * df.withColumn("emb", embed(col("text"), Weft.ship(spark, "/models/minilm")));
   * }</pre>
   *
   * @param spark the session of the query; other sessions of the application do not see the model
   * @param model a directory, a {@code .zip}, an address or a hub id, as found on the driver
   * @return the name to embed with
   * @throws dev.weft.config.ModelException if the model cannot be found or read
   */
  public static String ship(SparkSession spark, String model) {
    return ShippedModels.ship(spark, model);
  }
}
