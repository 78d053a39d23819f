// SPDX-License-Identifier: Apache-2.0
package dev.weft.examples;

import dev.weft.spark.SentenceEmbedder;
import java.io.IOException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Learns the topic of a sentence from its embedding, in a pipeline of Spark ML: {@code
 * TopicClassifier MODEL SENTENCES.csv SAVED}. Prints how many sentences it had not seen get their
 * topic, and saves the pipeline with its model.
 */
public final class TopicClassifier {
  private static final long SEED = 11;

  private TopicClassifier() {}

  /**
   * Trains on seven tenths of the sentences.
   *
   * @param args the model, a file with columns {@code topic} and {@code text}, and where to save
   */
  public static void main(String[] args) throws IOException {
    try (SparkSession spark = SparkSession.builder().appName("topics").getOrCreate()) {
      Dataset<Row> sentences =
          spark.read().option("header", "true").option("escape", "\"").csv(args[1]);
      Dataset<Row>[] parts = sentences.randomSplit(new double[] {0.7, 0.3}, SEED);
      PipelineModel topics = pipeline(args[0]).fit(parts[0]);
      System.out.println("accuracy " + accuracy(topics.transform(parts[1])));
      topics.write().overwrite().save(args[2]);
    }
  }

  /** Text to embedding to topic. */
  static Pipeline pipeline(String model) {
    SentenceEmbedder embedder =
        new SentenceEmbedder()
            .setModel(model)
            .setInputCol("text")
            .setOutputCol("features")
            .setOutputType("vector")
            .setSaveModel(true);
    StringIndexer label = new StringIndexer().setInputCol("topic").setOutputCol("label");
    LogisticRegression regression = new LogisticRegression().setMaxIter(30).setRegParam(0.01);
    return new Pipeline().setStages(new PipelineStage[] {embedder, label, regression});
  }

  static double accuracy(Dataset<Row> predicted) {
    return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(predicted);
  }
}
