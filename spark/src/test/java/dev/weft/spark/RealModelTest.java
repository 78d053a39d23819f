// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.Vectors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The real all-MiniLM-L6-v2 through Spark gives the reference's vectors, written by {@code
 * tools/golden/minilm.py}. The launcher says where the model is.
 */
class RealModelTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODEL = System.getProperty("weft.minilm", "");
  private static final int WIDTH = 384;

  @Test
  void everyVectorIsTheOneOfTheReference() throws IOException {
    assumeFalse(MODEL.isEmpty(), "no model: run ./weft test, or give -Dweft.minilm=DIR");
    List<Row> rows =
        LOCAL
            .spark()
            .read()
            .option("header", "true")
            .option("escape", "\"")
            .csv("../examples/data/sentences.csv")
            .where("(CAST(id AS INT) - 1) % 4 = 0")
            .repartition(3)
            .withColumn("emb", embed(col("text"), MODEL))
            .collectAsList();
    FloatBuffer golden =
        ByteBuffer.wrap(Files.readAllBytes(Path.of("src/test/resources/golden/minilm.f32")))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    assertThat(rows).hasSize(golden.capacity() / WIDTH).hasSize(125);
    for (Row row : rows) {
      int index = (Integer.parseInt(row.getAs("id")) - 1) / 4;
      float[] expected = new float[WIDTH];
      golden.get(index * WIDTH, expected);
      List<Float> values = row.getList(row.fieldIndex("emb"));
      float[] actual = new float[WIDTH];
      for (int i = 0; i < WIDTH; i++) {
        actual[i] = values.get(i);
        assertThat(Math.abs(actual[i] - expected[i])).isLessThanOrEqualTo(1e-5f);
      }
      assertThat(Vectors.cosine(actual, expected)).isGreaterThanOrEqualTo(0.99999);
    }
  }
}
