// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeCounters;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A small model, held during a test so that what a query embeds can be counted, and rows to embed:
 * their texts are all different, and one is NULL.
 */
final class CountedModel implements BeforeEachCallback, AfterEachCallback {
  static final String PATH =
      Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
          .toAbsolutePath()
          .normalize()
          .toString();

  static final int WIDTH = 32;

  private static final StructType ROW =
      new StructType()
          .add("id", DataTypes.IntegerType, false)
          .add("kind", DataTypes.IntegerType, false)
          .add("text", DataTypes.StringType, true);

  private static final StructType KNOWN =
      ROW.add("emb", DataTypes.createArrayType(DataTypes.FloatType, false), true);

  private static final int NULL_ID = 5;

  /** In the vocabulary of the model, to which all other words look the same. */
  private static final List<String> WORDS =
      List.of("man", "dog", "horse", "train", "guitar", "water", "street", "bird", "baby", "cat");

  private EmbedderCache.Lease lease;
  private EncodeCounters before;

  @Override
  public void beforeEach(ExtensionContext context) {
    lease = EmbedderCache.shared().acquire(EmbedderSpec.of(PATH, Map.of()));
    restart();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    lease.close();
  }

  /** Counts from here. */
  void restart() {
    before = lease.embedder().counters();
  }

  /** The texts embedded since the test began or {@link #restart} was called. */
  long texts() {
    return lease.embedder().counters().texts() - before.texts();
  }

  float[] encode(String text) {
    return lease.embedder().encode(List.of(text))[0];
  }

  /** A call on a column, in SQL. */
  static String call(String column) {
    return "embed(" + column + ", '" + PATH + "')";
  }

  static String text(int id) {
    int words = WORDS.size();
    return WORDS.get(id % words) + " with a small ".repeat(id / words) + WORDS.get(id * 3 % words);
  }

  /** Rows of id, kind (id modulo 3) and text, where the text of id 5 is NULL. */
  static Dataset<Row> rows(SparkSession spark, int count) {
    List<Row> rows =
        IntStream.range(0, count)
            .mapToObj(i -> RowFactory.create(i, i % 3, i == NULL_ID ? null : text(i)))
            .toList();
    return spark.createDataFrame(rows, ROW);
  }

  /** The same with their embeddings, made without Spark. */
  Dataset<Row> knownRows(SparkSession spark, int count) {
    List<Row> rows =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    i == NULL_ID
                        ? RowFactory.create(i, i % 3, null, null)
                        : RowFactory.create(i, i % 3, text(i), encode(text(i))))
            .toList();
    return spark.createDataFrame(rows, KNOWN);
  }
}
