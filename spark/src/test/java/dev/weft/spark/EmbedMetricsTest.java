// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Embedder;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbedMetricsTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODEL =
      Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
          .toAbsolutePath()
          .normalize()
          .toString();

  private static final StructType SCHEMA = new StructType().add("text", DataTypes.StringType, true);

  private static Dataset<Row> rows(List<String> texts) {
    return LOCAL
        .spark()
        .createDataFrame(texts.stream().map(text -> RowFactory.create(text)).toList(), SCHEMA)
        .coalesce(1);
  }

  @Test
  void everyCountIsThatOfTheQuery() {
    String longer = "the dog ".repeat(300);
    String longest = "the cat ".repeat(400);
    List<String> distinct = List.of("a man", "", "two dogs in the snow", longer, longest);
    List<String> texts = new ArrayList<>(distinct);
    texts.addAll(Collections.nCopies(7, "a man"));
    texts.add(longer);
    texts.addAll(Collections.nCopies(3, null));
    Map<String, String> cut = Map.of("workers", "1", "batchTokens", "40");
    Map<String, String> refused =
        Map.of("workers", "1", "batchTokens", "40", "longTexts", "fail", "onError", "null");

    Dataset<Row> cutting = rows(texts).withColumn("emb", embed(col("text"), MODEL, cut));
    Dataset<Row> refusing = rows(texts).withColumn("emb", embed(col("text"), MODEL, refused));
    assertThat(cutting.collectAsList()).hasSize(16);
    assertThat(refusing.collectAsList()).filteredOn(row -> row.isNullAt(1)).hasSize(3 + 3);

    Map<String, Long> metrics = EmbedPlans.metrics(cutting);
    Map<String, Long> refusedMetrics = EmbedPlans.metrics(refusing);
    try (Embedder embedder = Embedder.load(MODEL)) {
      Tokens ids = embedder.pipeline().tokenize(TextBatch.of(distinct));
      int three = ids.length(0) + ids.length(1) + ids.length(2);
      int width = ids.length(2);
      assertThat(3 * width).isLessThanOrEqualTo(40);
      // Each long text is a batch, the three short ones are another.
      assertCounts(metrics, Map.of("errors", 0L, "texts", 5L, "batches", 3L));
      assertThat(metrics.get(EmbedMetrics.TOKENS)).isEqualTo(ids.total());
      assertThat(metrics.get(EmbedMetrics.PADDING)).isEqualTo(3L * width - three);
      assertCounts(refusedMetrics, Map.of("errors", 3L, "texts", 3L, "batches", 1L));
      assertThat(refusedMetrics.get(EmbedMetrics.TOKENS)).isEqualTo(three);
      assertThat(refusedMetrics.get(EmbedMetrics.PADDING)).isEqualTo(3L * width - three);
    }
    for (String time :
        List.of(
            EmbedMetrics.TOKENIZE_TIME,
            EmbedMetrics.WAIT_TIME,
            EmbedMetrics.MODEL_TIME,
            EmbedMetrics.LOAD_TIME)) {
      assertThat(metrics.get(time)).as(time).isPositive();
    }
  }

  private static void assertCounts(Map<String, Long> metrics, Map<String, Long> expected) {
    assertThat(metrics.get(EmbedMetrics.ROWS)).isEqualTo(16);
    assertThat(metrics.get(EmbedMetrics.NULLS)).isEqualTo(3);
    assertThat(metrics.get(EmbedMetrics.DUPLICATES)).isEqualTo(8);
    assertThat(metrics.get(EmbedMetrics.TRUNCATED)).isEqualTo(2);
    assertThat(metrics.get(EmbedMetrics.ERRORS)).isEqualTo(expected.get("errors"));
    assertThat(metrics.get(EmbedMetrics.TEXTS)).isEqualTo(expected.get("texts"));
    assertThat(metrics.get(EmbedMetrics.BATCHES)).isEqualTo(expected.get("batches"));
  }

  @Test
  void countsOfTasksAddUpAndAreNotThoseOfOtherQueries() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      texts.add("number " + i);
    }
    Dataset<Row> first = rows(texts).repartition(4).withColumn("emb", embed(col("text"), MODEL));
    Dataset<Row> second = rows(texts.subList(0, 9)).withColumn("emb", embed(col("text"), MODEL));
    assertThat(first.collectAsList()).hasSize(40);
    assertThat(second.collectAsList()).hasSize(9);

    assertThat(EmbedPlans.metrics(first).get(EmbedMetrics.ROWS)).isEqualTo(40);
    assertThat(EmbedPlans.metrics(first).get(EmbedMetrics.TEXTS)).isEqualTo(40);
    assertThat(EmbedPlans.metrics(second).get(EmbedMetrics.TEXTS)).isEqualTo(9);
    assertThat(EmbedPlans.metrics(second).get(EmbedMetrics.BATCHES)).isEqualTo(1);
  }

  @Test
  void theMetricsHaveNames() {
    assertThat(EmbedMetrics.create(LOCAL.spark().sparkContext()).byKey().values())
        .extracting(metric -> metric.name().get())
        .containsExactly(
            "number of rows",
            "number of NULL texts",
            "number of texts that failed",
            "number of texts embedded",
            "number of duplicates saved",
            "number of texts too long",
            "number of tokens",
            "number of padding tokens",
            "number of batches",
            "time to tokenize",
            "time waiting for a worker",
            "time in the model",
            "time to get the model");
    assertThat(EmbedMetrics.none().byKey()).isEmpty();
  }
}
