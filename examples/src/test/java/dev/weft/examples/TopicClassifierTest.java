// SPDX-License-Identifier: Apache-2.0
package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicClassifierTest {
  private static final String MODEL = System.getProperty("weft.minilm", "");

  @TempDir Path folder;

  @Test
  void theRealModelKnowsTheTopics() throws IOException {
    assumeFalse(MODEL.isEmpty(), "no model: run ./weft test, or give -Dweft.minilm=DIR");
    String saved = folder.resolve("topics").toString();
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate()) {
      Dataset<Row> few =
          spark
              .read()
              .option("header", "true")
              .option("escape", "\"")
              .csv("data/sentences.csv")
              .where("topic IN ('astronomy', 'birds', 'coffee', 'law')")
              .coalesce(1);
      PipelineModel topics = TopicClassifier.pipeline(MODEL).fit(few.where("id % 2 = 0"));
      PipelineModel back = save(topics, saved);

      assertThat(TopicClassifier.accuracy(back.transform(few.where("id % 2 = 1"))))
          .isGreaterThan(0.95);
    }
  }

  private static PipelineModel save(PipelineModel model, String path) throws IOException {
    model.write().save(path);
    return PipelineModel.load(path);
  }
}
