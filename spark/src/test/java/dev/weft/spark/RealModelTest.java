// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.Vectors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real all-MiniLM-L6-v2 through Spark gives the reference's vectors, written by {@code
 * tools/golden/minilm.py}. The launcher says where the model is.
 */
class RealModelTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODEL = System.getProperty("weft.minilm", "");
  private static final int WIDTH = 384;

  private static final List<String> FILES =
      List.of(
          "modules.json",
          "config.json",
          "tokenizer.json",
          "sentence_bert_config.json",
          "1_Pooling/config.json");

  private static final String OPENVINO = System.getProperty("weft.openvino", "");

  @TempDir Path folder;

  @Test
  void everyVectorIsTheOneOfTheReference() throws IOException {
    assumeFalse(MODEL.isEmpty(), "no model: run ./weft test, or give -Dweft.minilm=DIR");
    check(MODEL, Map.of());
  }

  @Test
  void everyVectorIsTheOneOfTheReferenceWithOnnx() throws IOException {
    check(exported(), Map.of("backend", "onnx"));
  }

  @Test
  void everyVectorIsTheOneOfTheReferenceWithOpenVino() throws IOException {
    assumeFalse(OPENVINO.isEmpty(), "no OpenVINO: run ./weft test, or give -Dweft.openvino=DIR");
    check(
        exported(),
        Map.of("backend", "openvino", "fileName", "onnx/model.onnx", "library", OPENVINO));
  }

  /** The model's directory with a published export of it, and without its torch weights. */
  private String exported() throws IOException {
    assumeFalse(MODEL.isEmpty(), "no model: run ./weft test, or give -Dweft.minilm=DIR");
    Files.createDirectory(folder.resolve("1_Pooling"));
    for (String file : FILES) {
      Files.copy(Path.of(MODEL, file), folder.resolve(file));
    }
    Path onnx = Files.createDirectory(folder.resolve("onnx"));
    try (InputStream in = getClass().getResourceAsStream("/all-minilm-l6-v2.onnx")) {
      Files.copy(in, onnx.resolve("model.onnx"));
    }
    return folder.toString();
  }

  private static void check(String model, Map<String, String> options) throws IOException {
    List<Row> rows =
        LOCAL
            .spark()
            .read()
            .option("header", "true")
            .option("escape", "\"")
            .csv("../examples/data/sentences.csv")
            .where("(CAST(id AS INT) - 1) % 4 = 0")
            .repartition(3)
            .withColumn("emb", embed(col("text"), model, options))
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
