// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceEmbedderTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String MODEL = TestTexts.model("bert-mean-normalize");

  private static final StructType SCHEMA = TestTexts.SCHEMA;

  @TempDir Path folder;

  private static Dataset<Row> rows(int count) {
    return TestTexts.rows(LOCAL.spark(), count);
  }

  private static SentenceEmbedder stage(String path) {
    return new SentenceEmbedder()
        .setModel(MODEL)
        .setInputCol("a.text")
        .setOutputCol("emb")
        .setPath(path);
  }

  private static float[] floats(Row row) {
    if (row.schema().apply("emb").dataType().equals(SQLDataTypes.VectorType())) {
      double[] values = row.<Vector>getAs("emb").toArray();
      float[] floats = new float[values.length];
      IntStream.range(0, floats.length).forEach(i -> floats[i] = (float) values[i]);
      return floats;
    }
    List<Float> values = row.getList(row.fieldIndex("emb"));
    float[] floats = new float[values.size()];
    IntStream.range(0, floats.length).forEach(i -> floats[i] = values.get(i));
    return floats;
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i])).isLessThanOrEqualTo(1e-5f);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "operator, array, 4096",
    "operator, vector, 4096",
    "mapPartitions, array, 4096",
    "mapPartitions, vector, 7",
    "auto, array, 1"
  })
  void addsTheVectorsOfTheEmbedder(String path, String type, int windowRows) {
    SentenceEmbedder stage =
        stage(path).setOutputType(type).setWindowRows(windowRows).setPrompt("query: ");
    Dataset<Row> rows = rows(60);

    Dataset<Row> embedded = stage.transform(rows);

    assertThat(embedded.schema()).isEqualTo(stage.transformSchema(rows.schema()));
    List<Row> found = embedded.collectAsList();
    assertThat(found).hasSize(60);
    try (Embedder embedder = Embedder.load(MODEL)) {
      EncodeOptions options = EncodeOptions.DEFAULT.withPrompt("query: ");
      for (Row row : found) {
        if (row.isNullAt(1)) {
          assertThat(row.isNullAt(3)).as("null in, null out").isTrue();
        } else {
          assertClose(floats(row), embedder.encode(List.of(row.getString(1)), options)[0]);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"operator", "mapPartitions"})
  void theTaskMayBeAColumn(String path) {
    String router = TestTexts.model("router");
    List<Row> found =
        stage(path)
            .setModel(router)
            .setTask("document")
            .setTaskCol("kind")
            .setTruncateDim(8)
            .setNormalize(true)
            .transform(rows(40))
            .collectAsList();

    assertThat(found).hasSize(40);
    try (Embedder embedder = Embedder.load(router)) {
      EncodeOptions plain = EncodeOptions.DEFAULT.withTruncateDim(8).normalized();
      for (Row row : found) {
        if (!row.isNullAt(1)) {
          EncodeOptions options = row.isNullAt(2) ? plain : plain.withTask(row.getString(2));
          assertClose(floats(row), embedder.encode(List.of(row.getString(1)), options)[0]);
        }
      }
    }
  }

  @Test
  void autoIsTheOperatorWhereTheSessionHasIt() {
    Dataset<Row> rows = rows(5);
    assertThat(plan(stage("auto").transform(rows))).contains("Embed").doesNotContain("MapPart");
    assertThat(plan(stage("mapPartitions").transform(rows)))
        .contains("MapPartitions")
        .doesNotContain("EmbedNode", "\nEmbed");
  }

  @Test
  void aFunctionOfAnotherMakerIsNotTakenForWefts() {
    assertThat(EmbedPath.AUTO.in(LOCAL.spark())).isEqualTo(EmbedPath.OPERATOR);
    assertThat(EmbedPath.OPERATOR.in(LOCAL.spark())).isEqualTo(EmbedPath.OPERATOR);
    var other = ((org.apache.spark.sql.classic.SparkSession) LOCAL.spark()).newSession();
    other.udf().register("embed", (String text) -> text.length(), DataTypes.IntegerType);
    assertThat(EmbedPath.AUTO.in(other)).isEqualTo(EmbedPath.MAP_PARTITIONS);
  }

  private static String plan(Dataset<Row> rows) {
    return rows.queryExecution().toString();
  }

  @Test
  void theSchemaIsKnownWithoutTheModelsWeights() throws IOException {
    Path model = TestTexts.copy(MODEL, folder.resolve("model"));
    Files.delete(model.resolve("model.safetensors"));
    long loads = EmbedderCache.shared().loads();

    SentenceEmbedder stage = stage("auto").setModel(model.toString()).setTruncateDim(9);
    StructField array = stage.transformSchema(SCHEMA).apply("emb");
    StructField vector = stage.setOutputType("vector").transformSchema(SCHEMA).apply("emb");

    assertThat(array.dataType()).isEqualTo(DataTypes.createArrayType(DataTypes.FloatType, false));
    assertThat(array.metadata().json())
        .isEqualTo("{\"weft\":{\"dim\":9,\"model\":\"" + model + "\"}}");
    assertThat(vector.dataType()).isEqualTo(SQLDataTypes.VectorType());
    assertThat(AttributeGroup.fromStructField(vector).size()).isEqualTo(9);
    assertThat(vector.metadata().getMetadata("weft").getLong("dim")).isEqualTo(9);
    assertThat(stage.transform(rows(3)).schema().apply("emb")).isEqualTo(vector);
    assertThat(EmbedderCache.shared().loads()).isEqualTo(loads);
  }

  @Test
  void aModelThatIsNotHereHasNoWidthYet() {
    SentenceEmbedder stage = stage("auto").setModel("hdfs://name/model").setOutputType("vector");

    assertThat(stage.transformSchema(SCHEMA).apply("emb").metadata().json())
        .isEqualTo("{\"weft\":{\"model\":\"hdfs://name/model\"}}");
  }

  @Test
  void metadataOfOtherColumnsStays() {
    Dataset<Row> rows =
        rows(2).withMetadata("kind", org.apache.spark.sql.types.Metadata.fromJson("{\"k\":1}"));

    for (String path : List.of("operator", "mapPartitions")) {
      assertThat(stage(path).transform(rows).schema().apply("kind").metadata().json())
          .isEqualTo("{\"k\":1}");
    }
  }

  @Test
  void whatCannotBeEmbeddedIsRefusedWithTheSchema() {
    assertThatThrownBy(() -> new SentenceEmbedder("me").setModel(MODEL).transformSchema(SCHEMA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("me has no inputCol; set it to the column of texts");
    assertThatThrownBy(() -> stage("auto").setInputCol("none").transformSchema(SCHEMA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no column \"none\" among [id, a.text, kind]");
    assertThatThrownBy(() -> stage("auto").setInputCol("id").transformSchema(SCHEMA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "column \"id\" must be of type STRING, but is INT; cast it with CAST(… AS STRING)");
    assertThatThrownBy(() -> stage("auto").setTaskCol("id").transform(rows(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("column \"id\" must be of type STRING, but is INT");
    assertThatThrownBy(() -> stage("auto").setOutputCol("kind").transformSchema(SCHEMA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("column \"kind\" is there already; choose another outputCol or drop it");
    assertThatThrownBy(() -> new SentenceEmbedder().setInputCol("a.text").transformSchema(SCHEMA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spark.weft.model");
  }

  @Test
  void aWrongValueIsRefusedWhereItIsSet() {
    SentenceEmbedder stage = new SentenceEmbedder();
    assertThatThrownBy(() -> stage.setTruncateDim(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("option \"truncateDim\" cannot be \"0\" (it must be a whole number from 1)");
    assertThatThrownBy(() -> stage.setBackend("tensorflow"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("option \"backend\" cannot be \"tensorflow\"");
    assertThatThrownBy(() -> stage.setOutputType("list"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("outputType must be array or vector, but is \"list\"");
    assertThatThrownBy(() -> stage.setPath("udf"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("path must be auto, operator or mapPartitions, but is \"udf\"");
    assertThatThrownBy(() -> stage.setWindowRows(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("windowRows must be at least 1, but is 0");
    assertThatThrownBy(() -> stage.getParam("truncate_dim"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("truncate_dim");
  }

  @Test
  void theSessionSaysWhatTheParamsDoNot() {
    SentenceEmbedder stage = new SentenceEmbedder().setInputCol("a.text").setOutputCol("emb");
    LOCAL.spark().conf().set("spark.weft.model", MODEL);
    LOCAL.spark().conf().set("spark.weft.batchTokens", "444");
    long loads = EmbedderCache.shared().loads();
    try {
      for (String path : List.of("mapPartitions", "operator")) {
        assertThat(stage.setPath(path).transform(rows(8)).collectAsList()).hasSize(8);
      }
      assertThat(EmbedderCache.shared().loads() - loads)
          .as("both run one model, which no other test describes")
          .isEqualTo(1);
    } finally {
      LOCAL.spark().conf().unset("spark.weft.model");
      LOCAL.spark().conf().unset("spark.weft.batchTokens");
    }
  }

  @Test
  void everyOptionOfEmbedIsAParamThatConnectCanSet() {
    SentenceEmbedder stage = new SentenceEmbedder();

    assertThat(stage.params()).extracting(Param::name).containsAll(EmbedderSpec.options());
    assertThat(stage.params()).allMatch(param -> param.parent().equals(stage.uid()));
    assertThat(stage.params())
        .as("a plain Param of text says so, others have a class of their own")
        .allMatch(p -> p.getClass() != Param.class || p.dataClass() == String.class);
    for (String option : EmbedderSpec.options()) {
      assertThat(stage.getParam(option).doc())
          .as("EmbedderParams says what %s means", option)
          .isNotEqualTo("an option of embed()");
    }
  }

  @Test
  void paramsAreExplained() {
    assertThat(stage("auto").setTruncateDim(64).explainParams())
        .contains("inputCol: the column of texts (current: a.text)")
        .contains("outputType: array (of floats) or vector (of Spark ML) (default: array)")
        .contains("path: auto, operator or mapPartitions (default: auto, current: auto)")
        .contains("truncateDim: keep the first components only (current: 64)")
        .contains("prompt: put in front of every text (undefined)");
  }

  @Test
  void aCopyHasItsOwnValues() {
    SentenceEmbedder stage = stage("auto").setTruncateDim(16);
    SentenceEmbedder copy = stage.copy(new ParamMap().put(stage.truncateDim().w(8)));

    assertThat(copy.uid()).isEqualTo(stage.uid());
    assertThat(copy.getOrDefault(copy.truncateDim())).isEqualTo(8);
    assertThat(copy.getOrDefault(copy.model())).isEqualTo(MODEL);
    assertThat(stage.getOrDefault(stage.truncateDim())).isEqualTo(16);
  }
}
