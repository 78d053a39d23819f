// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.serve.EmbedderCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

class SavedEmbedderTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODEL = TestTexts.model("bert-mean-normalize");

  @TempDir Path folder;

  private static SentenceEmbedder stage(String model) {
    return new SentenceEmbedder("sentEmb_1")
        .setModel(model)
        .setInputCol("a.text")
        .setOutputCol("emb")
        .setTruncateDim(8);
  }

  private static Dataset<Row> rows() {
    return TestTexts.rows(LOCAL.spark(), 20);
  }

  private static List<Row> embedded(Transformer stage) {
    return stage.transform(rows()).collectAsList();
  }

  @Test
  void everyParamComesBack() throws IOException {
    SentenceEmbedder stage =
        stage(MODEL)
            .setOutputType("vector")
            .setPath("mapPartitions")
            .setWindowRows(17)
            .setTaskCol("kind")
            .setTask("query")
            .setNormalize(true)
            .setPrompt("a \"prompt\": ")
            .setPromptName("query")
            .setDevice("cpu")
            .setWorkers(2)
            .setBatchTokens(99)
            .setBackend("onnx")
            .setFileName("onnx/model.onnx")
            .setSubfolder("onnx")
            .setProvider("CPUExecutionProvider")
            .setLibrary("/lib/none")
            .setDtype("float32")
            .setLongTexts("split")
            .setOnError("null");
    long loads = EmbedderCache.shared().loads();

    stage.write().overwrite().save(folder.resolve("stage").toString());
    SentenceEmbedder back = SentenceEmbedder.load(folder.resolve("stage").toString());

    assertThat(back.uid()).isEqualTo("sentEmb_1");
    assertThat(values(back)).containsExactlyInAnyOrderElementsOf(values(stage));
    assertThat(values(stage)).as("all but saveModel were set").hasSize(stage.params().length - 1);
    assertThat(EmbedderCache.shared().loads()).isEqualTo(loads);
  }

  private static List<String> values(SentenceEmbedder stage) {
    return CollectionConverters.asJava(stage.paramMap().toSeq()).stream()
        .map((ParamPair<?> pair) -> pair.param().name() + "=" + pair.value())
        .toList();
  }

  @Test
  void aPipelineAndItsModelComeBack() throws IOException {
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {stage(MODEL)});
    List<Row> expected = embedded(stage(MODEL));

    pipeline.write().save(folder.resolve("pipeline").toString());
    Pipeline back = Pipeline.load(folder.resolve("pipeline").toString());
    PipelineModel fitted = back.fit(rows());
    fitted.write().save(folder.resolve("fitted").toString());
    PipelineModel model = PipelineModel.load(folder.resolve("fitted").toString());

    assertThat(embedded(fitted)).isEqualTo(expected);
    assertThat(embedded(model)).isEqualTo(expected);
    assertThat(model.transformSchema(rows().schema())).isEqualTo(model.transform(rows()).schema());
  }

  @Test
  void theModelIsSavedWithTheStage() throws IOException {
    Path model = TestTexts.copy(MODEL, folder.resolve("a model"));
    List<Row> expected = embedded(stage(MODEL));
    String saved = folder.resolve("my pipeline").toString();

    new Pipeline()
        .setStages(new PipelineStage[] {stage(model.toString()).setSaveModel(true)})
        .write()
        .save(saved);
    Files.move(model, folder.resolve("gone"));
    Path moved = Files.move(Path.of(saved), folder.resolve("moved here"));
    Pipeline back = Pipeline.load(moved.toString());

    SentenceEmbedder stage = (SentenceEmbedder) back.getStages()[0];
    String inside = "file://" + moved.toString().replace(" ", "%20") + "/stages/0_sentEmb_1/model";
    assertThat(stage.getOrDefault(stage.model())).isEqualTo(inside);
    assertThat(embedded(stage)).isEqualTo(expected);
    assertThat(stage.transformSchema(rows().schema()).apply("emb").metadata().json())
        .isEqualTo("{\"weft\":{\"dim\":8,\"model\":\"" + inside + "\"}}");
  }

  @Test
  void aModelInAFileSystemOfHadoopComesFromThere() throws IOException {
    List<Row> expected = embedded(stage(MODEL));
    Path saved = folder.resolve("stage");
    stage(MODEL).setSaveModel(true).write().save(saved.toString());

    SentenceEmbedder back = SentenceEmbedder.load("renamed:" + saved);

    assertThat(back.getOrDefault(back.model())).isEqualTo("renamed:" + saved + "/model");
    assertThat(embedded(back)).isEqualTo(expected);
  }

  @Test
  void aModelThatIsNotThereCannotBeSaved() {
    SentenceEmbedder stage = stage(folder.resolve("none").toString()).setSaveModel(true);

    assertThatThrownBy(() -> stage.write().save(folder.resolve("stage").toString()))
        .hasMessage(
            folder.resolve("none") + ": no such directory; give a model directory or a hub id");
  }

  @Test
  void aSavedModelThatIsGoneIsMissedWhenTheStageIsLoaded() throws IOException {
    Path saved = folder.resolve("stage");
    stage(MODEL).setSaveModel(true).write().save(saved.toString());
    Files.move(saved.resolve("model"), folder.resolve("elsewhere"));

    assertThatThrownBy(() -> SentenceEmbedder.load(saved.toString()))
        .hasMessageStartingWith("the model that was saved is not at " + saved + "/model: ");
  }
}
