// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static dev.weft.spark.vector.VectorFunctions.vector_cosine_similarity;
import static dev.weft.spark.vector.VectorFunctions.vector_inner_product;
import static dev.weft.spark.vector.VectorFunctions.vector_l2_distance;
import static dev.weft.spark.vector.VectorFunctions.vector_norm;
import static dev.weft.spark.vector.VectorFunctions.vector_normalize;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spark.LocalSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry$;
import org.apache.spark.sql.catalyst.analysis.SimpleFunctionRegistry;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against what Spark 4.3.0 itself gives; {@code tools/golden/vector_functions.py} writes it. */
class VectorFunctionsTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final String VECTOR =
      "transform(sequence(1, int(%s)), i -> cast((pmod(i * 7919 + (%s) * 104729, 2003) - 1001)"
          + " / 997D as float))";

  private static final Map<String, String> GOLDEN = golden();

  @TempDir Path folder;

  private static Map<String, String> golden() {
    try (var in = VectorFunctionsTest.class.getResourceAsStream("/golden/vector-functions.tsv")) {
      Map<String, String> values = new HashMap<>();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .forEach(parts -> values.put(parts[0] + parts[1], parts[2]));
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Vectors of 1 to 40 elements: less than a block of eight, whole blocks, blocks with a rest. */
  private static Dataset<Row> pairs() {
    return LOCAL
        .spark()
        .range(1, 41)
        .selectExpr(
            "id",
            VECTOR.formatted("id", "id") + " AS a",
            VECTOR.formatted("id", "id + 50") + "AS b");
  }

  private static Dataset<Row> groups() {
    return LOCAL
        .spark()
        .range(0, 40, 1, 5)
        .selectExpr(
            "id + 1 AS id", "(id + 1) % 4 AS g", VECTOR.formatted("12", "id + 1") + " AS v");
  }

  private static String bits(Object value) {
    StringBuilder bits = new StringBuilder();
    for (float f : floats(value)) {
      bits.append(bits.isEmpty() ? "" : " ").append("%08x".formatted(Float.floatToIntBits(f)));
    }
    return bits.toString();
  }

  private static float[] floats(Object value) {
    if (value instanceof Float one) {
      return new float[] {one};
    }
    List<Float> values = scala.jdk.javaapi.CollectionConverters.asJava(seq(value));
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  @SuppressWarnings("unchecked")
  private static scala.collection.Seq<Float> seq(Object value) {
    return (scala.collection.Seq<Float>) value;
  }

  private static void assertGolden(Dataset<Row> rows) {
    Map<String, Column> calls =
        Map.of(
            "cosine", vector_cosine_similarity(col("a"), col("b")),
            "dot", vector_inner_product(col("a"), col("b")),
            "l2", vector_l2_distance(col("a"), col("b")),
            "norm1", vector_norm(col("a"), 1),
            "norm2", vector_norm(col("a")),
            "normInf", vector_norm(col("a"), Float.POSITIVE_INFINITY),
            "unit1", vector_normalize(col("a"), 1),
            "unit2", vector_normalize(col("a")),
            "unitInf", vector_normalize(col("a"), Float.POSITIVE_INFINITY));
    Column[] columns =
        Stream.concat(
                Stream.of(col("id")),
                calls.entrySet().stream().map(call -> call.getValue().as(call.getKey())))
            .toArray(Column[]::new);
    List<Row> found = rows.select(columns).collectAsList();
    assertThat(found).hasSize(40);
    for (Row row : found) {
      for (String call : calls.keySet()) {
        assertThat(bits(row.getAs(call)))
            .as(call + " of " + row.get(0))
            .isEqualTo(GOLDEN.get(call + row.get(0)));
      }
    }
  }

  private static void configure(String key, String value) {
    LOCAL.spark().conf().set(key, value);
  }

  @AfterEach
  void resetCodegen() {
    for (String key :
        List.of(
            "spark.sql.codegen.wholeStage",
            "spark.sql.codegen.factoryMode",
            "spark.sql.adaptive.enabled",
            "spark.sql.objectHashAggregate.sortBased.fallbackThreshold")) {
      LOCAL.spark().conf().unset(key);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, CODEGEN_ONLY, true", "false, NO_CODEGEN, false"})
  void valuesEqualThoseOfSparkToTheBit(String wholeStage, String factory, String adaptive) {
    configure("spark.sql.codegen.wholeStage", wholeStage);
    configure("spark.sql.codegen.factoryMode", factory);
    configure("spark.sql.adaptive.enabled", adaptive);
    assertGolden(pairs());
  }

  @Test
  void valuesFromAColumnarScanAreTheSame() {
    String file = folder.resolve("pairs.parquet").toString();
    pairs().repartition(2).write().parquet(file);
    assertGolden(LOCAL.spark().read().parquet(file));
  }

  @Test
  void aConstantVectorGivesTheSameAsAColumn() {
    float[] constant = floats(pairs().where("id = 21").select("b").first().get(0));
    Row row =
        pairs()
            .where("id = 21")
            .select(
                vector_cosine_similarity(col("a"), lit(constant)),
                vector_inner_product(lit(constant), col("a")))
            .first();
    assertThat(bits(row.get(0))).isEqualTo(GOLDEN.get("cosine21"));
    assertThat(bits(row.get(1))).isEqualTo(GOLDEN.get("dot21"));
  }

  @Test
  void aVectorMayComeFromASubquery() {
    groups().createOrReplaceTempView("vectors");
    Row nearest =
        LOCAL
            .spark()
            .sql(
                "SELECT id, vector_cosine_similarity(v, (SELECT v FROM vectors WHERE id = 7)) AS s"
                    + " FROM vectors ORDER BY s DESC LIMIT 1")
            .first();
    assertThat(nearest.get(0)).isEqualTo(7L);
    assertThat(nearest.get(1)).isEqualTo(1f);
  }

  @ParameterizedTest
  @CsvSource({"true, 128", "false, 1"})
  void sumsAndMeansOfGroupsAreThoseOfSpark(String adaptive, String fallback) {
    configure("spark.sql.adaptive.enabled", adaptive);
    configure("spark.sql.objectHashAggregate.sortBased.fallbackThreshold", fallback);
    groups().createOrReplaceTempView("vectors");
    List<Row> rows =
        LOCAL
            .spark()
            .sql("SELECT g, vector_sum(v), vector_avg(v) FROM vectors GROUP BY g")
            .collectAsList();
    assertThat(rows).hasSize(4);
    for (Row row : rows) {
      // Spark adds in single precision, in the order of its tasks.
      assertNear(floats(row.get(1)), GOLDEN.get("sum" + row.get(0)), 1e-6f);
      assertNear(floats(row.get(2)), GOLDEN.get("avg" + row.get(0)), 1e-7f);
    }
  }

  private static void assertNear(float[] actual, String bits, float tolerance) {
    String[] expected = bits.split(" ");
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      float value = Float.intBitsToFloat(Integer.parseUnsignedInt(expected[i], 16));
      assertThat(Math.abs(actual[i] - value)).isLessThanOrEqualTo(tolerance);
    }
  }

  @Test
  void aMeanIsRoundedOnce() {
    double[] sums = new double[12];
    List<Row> rows = groups().where("g = 1").collectAsList();
    for (Row row : rows) {
      float[] vector = floats(row.get(2));
      for (int i = 0; i < sums.length; i++) {
        sums[i] += vector[i];
      }
    }
    Row mean = groups().where("g = 1").select(VectorFunctions.vector_avg(col("v"))).first();
    for (int i = 0; i < sums.length; i++) {
      assertThat(floats(mean.get(0))[i]).isEqualTo((float) (sums[i] / rows.size()));
    }
  }

  @Test
  void aWindowSumsAsItGoes() {
    groups().createOrReplaceTempView("vectors");
    List<Row> rows =
        LOCAL
            .spark()
            .sql(
                "SELECT g, v, vector_sum(v) OVER (PARTITION BY g ORDER BY id) AS running,"
                    + " vector_sum(v) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN 1 PRECEDING"
                    + " AND CURRENT ROW) AS two FROM vectors ORDER BY g, id")
            .collectAsList();
    double sum = 0;
    float before = 0;
    for (int i = 0; i < rows.size(); i++) {
      float value = floats(rows.get(i).get(1))[0];
      sum = i % 10 == 0 ? value : sum + value;
      before = i % 10 == 0 ? 0 : before;
      assertThat(floats(rows.get(i).get(2))[0]).isEqualTo((float) sum);
      assertThat(floats(rows.get(i).get(3))[0]).isEqualTo((float) ((double) before + value));
      before = value;
    }
    assertThat(rows).hasSize(40);
  }

  @Test
  void aggregatesSkipNullsAndKnowEmptyGroups() {
    String data =
        " FROM VALUES (array(1F, 2F)), (null), (array(cast(null AS float), 3F)), (array(3F, 4F))"
            + " AS t(v)";
    assertThat(sql("vector_sum(v)" + data)).isEqualTo("[4.0, 6.0]");
    assertThat(sql("vector_avg(v)" + data)).isEqualTo("[2.0, 3.0]");
    assertThat(sql("vector_avg(v) FILTER (WHERE v[0] > 2)" + data)).isEqualTo("[3.0, 4.0]");
    assertThat(sql("vector_sum(v)" + data + " WHERE v IS NULL")).isEqualTo("null");
    assertThat(sql("vector_avg(cast(array() AS array<float>))")).isEqualTo("[]");
  }

  private static String sql(String expression) {
    Object value = LOCAL.spark().sql("SELECT " + expression).first().get(0);
    return value instanceof scala.collection.Seq<?> seq
        ? scala.jdk.javaapi.CollectionConverters.asJava(seq).toString()
        : String.valueOf(value);
  }

  @Test
  void nullsZerosAndEmptyVectorsAreSparks() {
    String empty = "cast(array() AS array<float>)";
    String none = "cast(null AS array<float>)";
    String hole = "array(1F, cast(null AS float))";
    assertThat(sql("vector_cosine_similarity(" + none + ", array(1F))")).isEqualTo("null");
    assertThat(sql("vector_cosine_similarity(" + hole + ", array(1F, 2F))")).isEqualTo("null");
    assertThat(sql("vector_cosine_similarity(array(0F, 0F), array(1F, 2F))")).isEqualTo("null");
    assertThat(sql("vector_cosine_similarity(" + empty + ", " + empty + ")")).isEqualTo("null");
    assertThat(sql("vector_inner_product(array(1F, 2F), " + hole + ")")).isEqualTo("null");
    assertThat(sql("vector_inner_product(" + empty + ", " + empty + ")")).isEqualTo("0.0");
    assertThat(sql("vector_l2_distance(" + hole + ", array(1F, 2F))")).isEqualTo("null");
    assertThat(sql("vector_l2_distance(" + empty + ", " + empty + ")")).isEqualTo("0.0");
    assertThat(sql("vector_norm(" + hole + ")")).isEqualTo("null");
    assertThat(sql("vector_norm(array(3F, 4F), cast(null AS float))")).isEqualTo("null");
    assertThat(sql("vector_norm(" + empty + ")")).isEqualTo("0.0");
    assertThat(sql("vector_normalize(" + hole + ")")).isEqualTo("null");
    assertThat(sql("vector_normalize(array(0F, 0F))")).isEqualTo("null");
    assertThat(sql("vector_normalize(" + empty + ")")).isEqualTo("[]");
  }

  @Test
  void largeAndSmallVectorsNeitherOverflowNorVanish() {
    assertThat(sql("vector_cosine_similarity(array(3e19F, 4e19F), array(3e19F, 4e19F))"))
        .isEqualTo("1.0");
    assertThat(sql("vector_cosine_similarity(array(1e-23F, 0F), array(1e-23F, 0F))"))
        .isEqualTo("1.0");
    assertThat(sql("vector_inner_product(array(1e20F, 1e20F), array(1e20F, -1e20F))"))
        .isEqualTo("0.0");
    assertThat(sql("vector_l2_distance(array(3e19F, 4e19F), array(0F, 0F))")).isEqualTo("5.0E19");
    assertThat(sql("vector_normalize(array(3e38F, 3e38F, 0F))"))
        .isEqualTo("[0.70710677, 0.70710677, 0.0]");
  }

  @Test
  void columnsAndTypesAreSparks() {
    Dataset<Row> found =
        LOCAL
            .spark()
            .sql(
                "SELECT vector_norm(array(3F, 4F)), vector_normalize(array(3F, 4F)),"
                    + " vector_sum(array(3F))");
    assertThat(found.schema().simpleString())
        .isEqualTo(
            "struct<vector_norm(array(3.0, 4.0), 2.0):float,"
                + "vector_normalize(array(3.0, 4.0), 2.0):array<float>,"
                + "vector_sum(array(3.0)):array<float>>");
    assertThat(found.schema().apply(0).nullable()).isTrue();
    assertThat(found.schema().apply(2).dataType())
        .isEqualTo(DataTypes.createArrayType(DataTypes.FloatType, false));
  }

  @ParameterizedTest
  @CsvSource({"true, CODEGEN_ONLY", "false, NO_CODEGEN"})
  void unequalDimensionsFailInSparksWords(String wholeStage, String factory) {
    configure("spark.sql.codegen.wholeStage", wholeStage);
    configure("spark.sql.codegen.factoryMode", factory);
    for (String function :
        List.of("vector_cosine_similarity", "vector_inner_product", "vector_l2_distance")) {
      assertThatThrownBy(() -> sql(function + "(array(1F), array(1F, cast(null AS float)))"))
          .isInstanceOfSatisfying(
              SparkThrowable.class,
              error -> {
                assertThat(error.getCondition()).isEqualTo("VECTOR_DIMENSION_MISMATCH");
                assertThat(error.getSqlState()).isEqualTo("22000");
                assertThat(error.getMessageParameters())
                    .containsEntry("functionName", "`" + function + "`")
                    .containsEntry("leftDim", "1")
                    .containsEntry("rightDim", "2");
              })
          .hasMessage(
              "[VECTOR_DIMENSION_MISMATCH] Vectors passed to `"
                  + function
                  + "` must have the same dimension, but got 1 and 2. SQLSTATE: 22000");
      assertThatThrownBy(() -> pairs().selectExpr(function + "(a, array(1F, 2F))").collectAsList())
          .hasStackTraceContaining("[VECTOR_DIMENSION_MISMATCH]");
    }
  }

  @Test
  void unequalDimensionsOfAGroupFail() {
    for (String function : List.of("vector_sum", "vector_avg")) {
      assertThatThrownBy(
              () -> sql(function + "(v) FROM VALUES (array(1F, 2F)), (array(1F)) AS t(v)"))
          .hasStackTraceContaining("Vectors passed to `" + function + "` must have the same");
      assertThatThrownBy(
              () -> pairs().repartition(4, col("id")).selectExpr(function + "(a)").collectAsList())
          .hasStackTraceContaining("Vectors passed to `" + function + "` must have the same");
    }
  }

  @Test
  void anotherDegreeFailsInSparksWords() {
    assertThatThrownBy(() -> sql("vector_norm(array(3F, 4F), 3F)"))
        .hasMessage(
            "[INVALID_VECTOR_NORM_DEGREE] For the `vector_norm` function, degree must be 1.0, 2.0,"
                + " or float('inf'), but got 3.0. SQLSTATE: 22023");
    assertThatThrownBy(() -> sql("vector_normalize(array(3F, 4F), 0F)"))
        .hasMessageContaining("For the `vector_normalize` function")
        .hasMessageContaining("got 0.0.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vector_cosine_similarity('a', array(1F)) | first | ARRAY<FLOAT> | STRING",
        "vector_inner_product(array(1F), array(1D)) | second | ARRAY<FLOAT> | ARRAY<DOUBLE>",
        "vector_l2_distance(NULL, array(1F)) | first | ARRAY<FLOAT> | VOID",
        "vector_norm(array(1F), 2) | second | FLOAT | INT",
        "vector_normalize(array(1)) | first | ARRAY<FLOAT> | ARRAY<INT>",
        "vector_avg(array(1)) | first | ARRAY<FLOAT> | ARRAY<INT>",
        "vector_sum('a') | first | ARRAY<FLOAT> | STRING"
      })
  void anotherTypeIsRefusedWhenTheQueryIsAnalyzed(
      String call, String index, String required, String given) {
    assertThatThrownBy(() -> LOCAL.spark().sql("SELECT " + call))
        .isInstanceOf(AnalysisException.class)
        .hasMessageStartingWith("[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE]")
        .hasMessageContaining(
            "The %s parameter requires the \"%s\" type, however".formatted(index, required))
        .hasMessageContaining("has the type \"" + given + "\"");
  }

  @Test
  void aWrongNumberOfArgumentsIsRefusedInSparksWords() {
    assertThatThrownBy(() -> LOCAL.spark().sql("SELECT vector_inner_product(array(1F))"))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("[WRONG_NUM_ARGS.WITHOUT_SUGGESTION]")
        .hasMessageContaining("requires 2 parameters but the actual number is 1");
    assertThatThrownBy(() -> LOCAL.spark().sql("SELECT vector_norm()"))
        .hasMessageContaining("requires [1, 2] parameters but the actual number is 0");
  }

  @Test
  void functionsThatSparkHasStaySparks() {
    SimpleFunctionRegistry newer = FunctionRegistry$.MODULE$.builtin().clone();
    newer.registerFunction(
        new FunctionIdentifier("vector_norm"), arguments -> arguments.head(), "built-in");
    assertThat(VectorExtensions.missing(newer))
        .extracting(VectorBuilder::name)
        .containsExactly(
            "vector_cosine_similarity",
            "vector_inner_product",
            "vector_l2_distance",
            "vector_normalize",
            "vector_avg",
            "vector_sum");
  }

  @Test
  void describeFunctionShowsTheUsage() {
    List<Row> lines = LOCAL.spark().sql("DESCRIBE FUNCTION vector_avg").collectAsList();
    assertThat(lines.toString()).contains("vector_avg(array) - Returns the element-wise mean");
  }
}
