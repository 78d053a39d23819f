// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Embedder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Rows of a number and a text of it, ragged, some empty, some NULL; and a small model for them. */
final class Numbered {
  static final String MODEL =
      Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
          .toAbsolutePath()
          .normalize()
          .toString();

  /** Texts repeat, so that a test can compute them all. */
  private static final int TEXTS = 90;

  private Numbered() {}

  static Dataset<Row> rows(SparkSession spark, int count, int partitions) {
    return spark
        .range(0, count, 1, partitions)
        .selectExpr(
            "id",
            "CASE WHEN id % 11 = 3 THEN NULL WHEN id % 9 = 0 THEN ''"
                + " ELSE concat('number ', id % "
                + TEXTS
                + ", repeat(' so', cast(id % 5 as int))) END AS text");
  }

  private static String text(int id) {
    return id % 9 == 0 ? "" : "number " + id + " so".repeat(id % 5);
  }

  /** That every row is there once, with the vector that the embedder has for it. */
  static void check(List<Row> found, int count) {
    float[][] expected;
    try (Embedder embedder = Embedder.load(MODEL)) {
      expected = embedder.encode(IntStream.range(0, TEXTS).mapToObj(Numbered::text).toList());
    }
    assertThat(found).extracting(row -> row.<Long>getAs("id")).doesNotHaveDuplicates();
    assertThat(found).hasSize(count);
    for (Row row : found) {
      long id = row.getAs("id");
      int column = row.fieldIndex("emb");
      assertThat(row.isNullAt(column)).isEqualTo(id % 11 == 3);
      if (!row.isNullAt(column)) {
        float[] vector = expected[(int) (id % TEXTS)];
        List<Float> values = row.getList(column);
        assertThat(values).hasSize(vector.length);
        for (int i = 0; i < vector.length; i++) {
          assertThat(Math.abs(values.get(i) - vector[i])).isLessThanOrEqualTo(1e-5f);
        }
      }
    }
  }
}
