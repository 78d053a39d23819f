// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spark.catalyst.ScalaCollections;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.ForeachWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.execution.streaming.LowLatencyMemoryStream;
import org.apache.spark.sql.execution.streaming.LowLatencyMemoryStream$;
import org.apache.spark.sql.execution.streaming.runtime.MemoryStream;
import org.apache.spark.sql.execution.streaming.runtime.MemoryStream$;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbedderPipelineTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODEL = TestTexts.model("bert-mean-normalize");

  private static final String MIN_DURATION = "spark.sql.streaming.realTimeMode.minBatchDuration";

  private static final List<String> TEXTS =
      IntStream.range(0, 20).mapToObj(TestTexts::text).toList();

  private static final StructType SCHEMA =
      new StructType()
          .add("text", DataTypes.StringType, true)
          .add("label", DataTypes.DoubleType, false);

  private static final List<String> KINDS =
      List.of(
          " men play the guitar for ",
          " is a loaf of bread with ",
          " dogs run after ",
          " rivers and ");

  private static final CountDownLatch ARRIVED = new CountDownLatch(20);
  private static final List<Row> SEEN = Collections.synchronizedList(new ArrayList<>());

  @TempDir Path folder;

  private static SentenceEmbedder stage() {
    return new SentenceEmbedder().setModel(MODEL).setInputCol("text").setOutputCol("features");
  }

  /** Four kinds of texts; which are of one label, a single component does not tell. */
  private static Dataset<Row> labelled() {
    List<Row> rows =
        IntStream.range(0, 48)
            .mapToObj(i -> RowFactory.create(i + KINDS.get(i % 4) + i / 4, i % 2 * 1.0))
            .toList();
    // A session of its own: Spark 4.1 cannot run fitted models of one that has observed metrics.
    return LOCAL.spark().newSession().createDataFrame(rows, SCHEMA).coalesce(1).cache();
  }

  @Test
  void aCrossValidatorPicksAmongItsOptions() throws Exception {
    SentenceEmbedder embedder = stage().setOutputType("vector");
    LogisticRegression regression = new LogisticRegression().setMaxIter(5).setRegParam(0.01);
    ParamMap[] grid =
        new ParamGridBuilder().addGrid(embedder.truncateDim(), new int[] {1, 32}).build();
    MulticlassClassificationEvaluator accuracy =
        new MulticlassClassificationEvaluator().setMetricName("accuracy");
    CrossValidator validator =
        new CrossValidator()
            .setEstimator(new Pipeline().setStages(new PipelineStage[] {embedder, regression}))
            .setEstimatorParamMaps(grid)
            .setEvaluator(accuracy)
            .setNumFolds(2)
            .setSeed(7);

    CrossValidatorModel model = validator.fit(labelled());

    double[] metrics = model.avgMetrics();
    int best =
        IntStream.range(0, metrics.length)
            .reduce((a, b) -> metrics[b] > metrics[a] ? b : a)
            .getAsInt();
    assertThat(grid[best].apply(embedder.truncateDim())).isEqualTo(32);
    assertThat(Arrays.stream(metrics).distinct().count()).as("the widths differ").isGreaterThan(1);
    SentenceEmbedder picked = (SentenceEmbedder) ((PipelineModel) model.bestModel()).stages()[0];
    assertThat(picked.getOrDefault(picked.truncateDim())).isEqualTo(32);
    assertThat(accuracy.evaluate(model.transform(labelled()))).isGreaterThan(0.9);

    model.write().save(folder.resolve("validated").toString());
    CrossValidatorModel back = CrossValidatorModel.load(folder.resolve("validated").toString());
    assertThat(back.transform(labelled()).select("prediction").collectAsList())
        .isEqualTo(model.transform(labelled()).select("prediction").collectAsList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"operator", "mapPartitions"})
  void aPipelineRunsInAStream(String path) throws Exception {
    PipelineModel pipeline =
        new Pipeline()
            .setStages(new PipelineStage[] {stage().setPath(path)})
            .fit(LOCAL.spark().createDataset(TEXTS, Encoders.STRING()).toDF("text"));
    MemoryStream<String> stream = MemoryStream$.MODULE$.apply(Encoders.STRING(), LOCAL.spark());
    StreamingQuery query =
        pipeline
            .transform(stream.toDF().withColumnRenamed("value", "text"))
            .writeStream()
            .format("memory")
            .queryName("embedded_" + path)
            .start();
    try {
      stream.addData(ScalaCollections.seq(TEXTS.subList(0, 7)));
      query.processAllAvailable();
      stream.addData(ScalaCollections.seq(TEXTS.subList(7, 20)));
      query.processAllAvailable();
    } finally {
      query.stop();
    }
    List<Row> expected =
        pipeline
            .transform(LOCAL.spark().createDataset(TEXTS, Encoders.STRING()).toDF("text"))
            .collectAsList();
    List<Row> found = LOCAL.spark().table("embedded_" + path).collectAsList();
    assertThat(found).hasSize(20);
    for (int i = 0; i < 20; i++) {
      assertThat(found.get(i).getString(0)).isEqualTo(TEXTS.get(i));
      assertThat(distance(found.get(i), expected.get(i))).isLessThan(1e-5);
    }
  }

  private static double distance(Row a, Row b) {
    List<Float> x = a.getList(1);
    List<Float> y = b.getList(1);
    return IntStream.range(0, x.size())
        .mapToDouble(i -> Math.abs(x.get(i) - y.get(i)))
        .max()
        .orElseThrow();
  }

  @Test
  void mapPartitionsRunsInRealTimeMode() throws Exception {
    StreamingQuery query = realTime(stage().setPath("mapPartitions").setWindowRows(1));
    try {
      assertThat(ARRIVED.await(120, TimeUnit.SECONDS)).as("rows came out").isTrue();
      assertThat(SEEN)
          .extracting(row -> row.getString(0))
          .containsExactlyInAnyOrderElementsOf(TEXTS);
      assertThat(SEEN).allMatch(row -> row.getList(1).size() == 32);
    } finally {
      query.stop();
      LOCAL.spark().conf().unset(MIN_DURATION);
    }
  }

  @Test
  void theOperatorIsRefusedInRealTimeMode() throws Exception {
    StreamingQuery query = realTime(stage().setPath("operator"));
    try {
      assertThatThrownBy(query::awaitTermination)
          .hasMessageContaining("OPERATOR_OR_SINK_NOT_IN_ALLOWLIST")
          .hasMessageContaining(EmbedExec.class.getName());
    } finally {
      query.stop();
      LOCAL.spark().conf().unset(MIN_DURATION);
    }
  }

  private static StreamingQuery realTime(SentenceEmbedder embedder) throws Exception {
    LOCAL.spark().conf().set(MIN_DURATION, "1000");
    LowLatencyMemoryStream<String> stream =
        LowLatencyMemoryStream$.MODULE$.apply(2, Encoders.STRING(), LOCAL.spark());
    StreamingQuery query =
        embedder
            .transform(stream.toDF().withColumnRenamed("value", "text"))
            .writeStream()
            .foreach(new Collector())
            .outputMode("update")
            .trigger(Trigger.RealTime("2 seconds"))
            .start();
    stream.addData(ScalaCollections.seq(TEXTS));
    return query;
  }

  private static final class Collector extends ForeachWriter<Row> {
    @Override
    public boolean open(long partition, long epoch) {
      return true;
    }

    @Override
    public void process(Row row) {
      SEEN.add(row);
      ARRIVED.countDown();
    }

    @Override
    public void close(Throwable error) {}
  }
}
