// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.apache.spark.sql.functions.col;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Rows with texts, empty and missing ones among them, and models of the reference. */
final class TestTexts {
  static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.IntegerType, false)
          .add("a.text", DataTypes.StringType, true)
          .add("kind", DataTypes.StringType, true);

  private static final List<String> KINDS = Arrays.asList("query", "document", null);

  private TestTexts() {}

  /** The directory of a parity case's model. */
  static String model(String parityCase) {
    return Path.of("../common/src/test/resources/parity", parityCase, "model")
        .toAbsolutePath()
        .normalize()
        .toString();
  }

  /** In three partitions; every eleventh text is missing. */
  static Dataset<Row> rows(SparkSession spark, int count) {
    List<Row> rows =
        IntStream.range(0, count)
            .mapToObj(i -> RowFactory.create(i, i % 11 == 3 ? null : text(i), KINDS.get(i % 3)))
            .toList();
    return spark.createDataFrame(rows, SCHEMA).repartition(3, col("id"));
  }

  static String text(int i) {
    return i % 7 == 0 ? "" : "a man plays number " + i + " on the guitar ".repeat(i % 5);
  }

  /** Copies a model, which a test may then change. */
  static Path copy(String model, Path to) throws IOException {
    Path from = Path.of(model);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
    return to;
  }
}
