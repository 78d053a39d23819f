// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.LocalSpark;
import dev.weft.spark.Weft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimilarityJoinTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.LongType)
          .add("embedding", DataTypes.createArrayType(DataTypes.FloatType));

  private record Match(long left, long right, float score, int rank) {}

  /** Rounded to halves, so that many scores are equal; every 17th row twice over. */
  private static float[][] vectors(int count, int dimension, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[count][dimension];
    for (int i = 0; i < count; i++) {
      for (int d = 0; d < dimension; d++) {
        vectors[i][d] = Math.round(random.nextGaussian() * 2) / 2f;
      }
      if (i % 17 == 16) {
        vectors[i] = vectors[i - 5].clone();
      }
    }
    return vectors;
  }

  private static Dataset<Row> rows(float[][] vectors) {
    List<Row> rows =
        IntStream.range(0, vectors.length)
            .mapToObj(i -> RowFactory.create((long) i, vectors[i]))
            .toList();
    return LOCAL.spark().createDataFrame(rows, SCHEMA);
  }

  private static float score(SimilarityMetric metric, float[] a, float[] b) {
    float sum = 0;
    for (int d = 0; d < a.length; d++) {
      float difference = a[d] - b[d];
      sum += metric == SimilarityMetric.EUCLIDEAN ? difference * difference : a[d] * b[d];
    }
    return metric == SimilarityMetric.EUCLIDEAN ? 0 - (float) Math.sqrt(sum) : sum;
  }

  private static float[] unit(float[] vector) {
    double squares = 0;
    for (float x : vector) {
      squares += (double) x * x;
    }
    float[] unit = new float[vector.length];
    for (int d = 0; d < unit.length; d++) {
      unit[d] = (float) (vector[d] / Math.sqrt(squares));
    }
    return unit;
  }

  private static List<Match> bruteForce(
      float[][] left, float[][] right, SimilarityMetric metric, int k, boolean self) {
    List<Match> matches = new ArrayList<>();
    for (int i = 0; i < left.length; i++) {
      List<Match> ofRow = new ArrayList<>();
      for (int j = 0; j < right.length; j++) {
        boolean cosine = metric == SimilarityMetric.COSINE;
        float score =
            cosine
                ? score(metric, unit(left[i]), unit(right[j]))
                : score(metric, left[i], right[j]);
        if (!(self && i == j) && !Float.isNaN(score)) {
          ofRow.add(new Match(i, j, score, 0));
        }
      }
      ofRow.sort(Comparator.comparing(Match::score).reversed().thenComparing(Match::right));
      for (int r = 0; r < Math.min(k, ofRow.size()); r++) {
        Match match = ofRow.get(r);
        matches.add(new Match(match.left, match.right, match.score, r + 1));
      }
    }
    return matches;
  }

  private static List<Match> collect(Dataset<Row> found) {
    return found.orderBy("left_id", "rank").collectAsList().stream()
        .map(row -> new Match(row.getLong(0), row.getLong(1), row.getFloat(2), row.getInt(3)))
        .toList();
  }

  @AfterEach
  void reset() {
    LOCAL.spark().conf().unset("spark.sql.adaptive.enabled");
    LOCAL.spark().conf().unset("spark.sql.codegen.wholeStage");
  }

  @ParameterizedTest
  @EnumSource(SimilarityMetric.class)
  void isTheBruteForceOfAllPairs(SimilarityMetric metric) {
    float[][] left = vectors(150, 13, 1);
    float[][] right = vectors(700, 13, 2);

    Dataset<Row> found =
        SimilarityJoin.topK(5)
            .withMetric(metric)
            .withNumPartitions(2, 2)
            .join(rows(left), rows(right));

    assertThat(collect(found)).isEqualTo(bruteForce(left, right, metric, 5, false));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void doesNotDependOnPartitionsNorOnHowSparkRuns(boolean adaptive) {
    LOCAL.spark().conf().set("spark.sql.adaptive.enabled", adaptive);
    LOCAL.spark().conf().set("spark.sql.codegen.wholeStage", adaptive);
    float[][] left = vectors(40, 7, 3);
    float[][] right = vectors(300, 7, 4);
    List<Match> expected = bruteForce(left, right, SimilarityMetric.COSINE, 3, false);

    SimilarityJoin join = SimilarityJoin.topK(3);

    assertThat(collect(join.join(rows(left), rows(right)))).isEqualTo(expected);
    assertThat(collect(join.withNumPartitions(1, 1).join(rows(left), rows(right))))
        .isEqualTo(expected);
    assertThat(collect(join.withNumPartitions(3, 5).join(rows(left), rows(right))))
        .isEqualTo(expected);
  }

  @Test
  void blocksOfTheLeftSideAreScoredOneAfterAnother() {
    // 2 · 10,000 floats of matches a row: 209 rows a block.
    float[][] left = vectors(500, 3, 5);
    float[][] right = vectors(20, 3, 6);

    Dataset<Row> found =
        SimilarityJoin.topK(20_000).withNumPartitions(1, 1).join(rows(left), rows(right));

    assertThat(collect(found))
        .as("k is larger than the right side")
        .isEqualTo(bruteForce(left, right, SimilarityMetric.COSINE, 20, false));
  }

  @Test
  void aSelfJoinLeavesOutTheRowItself() {
    float[][] vectors = vectors(120, 9, 7);

    Dataset<Row> found = SimilarityJoin.topK(4).selfJoin(rows(vectors));

    assertThat(collect(found))
        .isEqualTo(bruteForce(vectors, vectors, SimilarityMetric.COSINE, 4, true));
  }

  @Test
  void aLeastScoreLeavesOutTheRest() {
    float[][] left = vectors(30, 5, 8);
    float[][] right = vectors(60, 5, 9);

    Dataset<Row> found =
        SimilarityJoin.topK(4)
            .withMetric(SimilarityMetric.EUCLIDEAN)
            .withMinScore(-1.5)
            .join(rows(left), rows(right));

    List<Match> expected = bruteForce(left, right, SimilarityMetric.EUCLIDEAN, 4, false);
    assertThat(collect(found)).isEqualTo(expected.stream().filter(m -> m.score >= -1.5f).toList());
    assertThat(expected).anyMatch(m -> m.score < -1.5f).anyMatch(m -> m.score == -1.5f);
  }

  @Test
  void rowsThatCannotBeComparedAreLeftOut() {
    float nan = Float.NaN;
    List<Row> rows =
        List.of(
            RowFactory.create(1L, new float[] {1, 0}),
            RowFactory.create(2L, null),
            RowFactory.create(3L, new Float[] {1f, null}),
            RowFactory.create(4L, new float[] {0, 0}),
            RowFactory.create(5L, new float[] {nan, 1}),
            RowFactory.create(null, new float[] {1, 1}),
            RowFactory.create(7L, new float[] {2, 2}));
    Dataset<Row> data = LOCAL.spark().createDataFrame(rows, SCHEMA);

    assertThat(collect(SimilarityJoin.topK(9).selfJoin(data)))
        .extracting(Match::left, Match::right)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1L, 7L),
            org.assertj.core.groups.Tuple.tuple(7L, 1L));
    assertThat(collect(SimilarityJoin.topK(9).withMetric(SimilarityMetric.DOT).selfJoin(data)))
        .extracting(Match::left, Match::right)
        .as("zeros have a dot product")
        .contains(org.assertj.core.groups.Tuple.tuple(4L, 1L))
        .doesNotContain(org.assertj.core.groups.Tuple.tuple(5L, 1L));
  }

  @Test
  void anEmptySideHasNoMatches() {
    Dataset<Row> some = rows(vectors(3, 2, 10));
    Dataset<Row> none = some.where("id > 5");

    assertThat(SimilarityJoin.topK(2).join(some, none).count()).isZero();
    assertThat(SimilarityJoin.topK(2).join(none, some).count()).isZero();
  }

  @Test
  void idsOfAnyTypeKeepTheirType() {
    Dataset<Row> names =
        rows(vectors(40, 4, 11)).selectExpr("concat('row ', id) AS name", "embedding AS emb");
    Dataset<Row> pairs =
        rows(vectors(50, 4, 12)).selectExpr("struct(id % 3 AS a, id AS b) AS key", "embedding");

    Dataset<Row> found =
        SimilarityJoin.topK(2)
            .withLeftIdCol("name")
            .withLeftVectorCol("emb")
            .withRightIdCol("key")
            .join(names, pairs);

    assertThat(found.schema().simpleString())
        .isEqualTo(
            "struct<left_id:string,right_id:struct<a:bigint,b:bigint>,score:float,rank:int>");
    assertThat(found.collectAsList()).hasSize(80);
    assertThat(found.where("left_id = 'row 7'").count()).isEqualTo(2);
  }

  @Test
  void scoresAreThoseOfTheVectorFunction() {
    float[][] vectors = new float[60][];
    Random random = new Random(13);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = new float[384];
      for (int d = 0; d < 384; d++) {
        vectors[i][d] = (float) random.nextGaussian();
      }
    }
    Dataset<Row> rows = rows(vectors);
    Dataset<Row> found =
        SimilarityJoin.topK(60)
            .join(rows, rows)
            .join(rows.as("a"), col("a.id").equalTo(col("left_id")))
            .join(rows.as("b"), col("b.id").equalTo(col("right_id")))
            .withColumn(
                "expected",
                VectorFunctions.vector_cosine_similarity(col("a.embedding"), col("b.embedding")));

    List<Row> all = found.collectAsList();
    assertThat(all).hasSize(3600);
    for (Row row : all) {
      assertThat(row.<Float>getAs("score")).isCloseTo(row.<Float>getAs("expected"), within(1e-6f));
    }
  }

  @Test
  void theResultMayBeJoinedToItself() {
    float[][] vectors = vectors(30, 6, 14);
    Dataset<Row> nearest = SimilarityJoin.topK(1).selfJoin(rows(vectors));

    long mutual =
        nearest
            .as("a")
            .join(
                nearest.as("b"),
                col("a.left_id")
                    .equalTo(col("b.right_id"))
                    .and(col("a.right_id").equalTo(col("b.left_id"))))
            .count();

    List<Match> expected = bruteForce(vectors, vectors, SimilarityMetric.COSINE, 1, true);
    assertThat(mutual)
        .isEqualTo(
            expected.stream().filter(m -> expected.get((int) m.right).right == m.left).count())
        .isPositive();
  }

  @Test
  void theModelRunsOnceATextHoweverManyTasksReadTheVectors() {
    String model =
        Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
            .toAbsolutePath()
            .normalize()
            .toString();
    Dataset<Row> embedded =
        LOCAL
            .spark()
            .range(0, 40)
            .withColumn("text", org.apache.spark.sql.functions.concat(lit("text "), col("id")))
            .withColumn("embedding", Weft.embed(col("text"), model));
    try (EmbedderCache.Lease lease =
        EmbedderCache.shared().acquire(EmbedderSpec.of(model, Map.of()))) {
      long before = lease.embedder().counters().texts();

      List<Row> found =
          SimilarityJoin.topK(3).withNumPartitions(3, 3).selfJoin(embedded).collectAsList();

      assertThat(found).hasSize(120);
      assertThat(lease.embedder().counters().texts() - before).isEqualTo(40);
    }
  }

  @Test
  void nothingRunsBeforeTheResultIsAskedFor() {
    Dataset<Row> fails = rows(vectors(3, 2, 15)).selectExpr("id", "raise_error('ran') AS e");
    Dataset<Row> broken = fails.selectExpr("id", "array(cast(e AS float)) AS embedding");

    Dataset<Row> found = SimilarityJoin.topK(1).join(broken, broken);

    assertThatThrownBy(found::collectAsList).hasStackTraceContaining("ran");
  }

  @Test
  void unequalDimensionsFail() {
    Dataset<Row> three = rows(vectors(20, 3, 16));
    Dataset<Row> two = rows(vectors(20, 2, 17));
    String message =
        "[VECTOR_DIMENSION_MISMATCH] Vectors passed to `similarity_join` must have the same"
            + " dimension, but got 3 and 2. SQLSTATE: 22000";

    assertThatThrownBy(() -> SimilarityJoin.topK(1).join(three, two).collectAsList())
        .hasStackTraceContaining(message);
    assertThatThrownBy(
            () ->
                SimilarityJoin.topK(1)
                    .withNumPartitions(1, 1)
                    .selfJoin(three.union(two.selectExpr("id + 20 AS id", "embedding")))
                    .collectAsList())
        .hasStackTraceContaining("[VECTOR_DIMENSION_MISMATCH]");
  }

  @Test
  void wrongColumnsAreRefusedWhenTheJoinIsMade() {
    Dataset<Row> data = rows(vectors(3, 2, 18));

    assertThatThrownBy(() -> SimilarityJoin.topK(1).withIdCol("key").selfJoin(data))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("`key`");
    assertThatThrownBy(() -> SimilarityJoin.topK(1).withVectorCol("id").selfJoin(data))
        .isInstanceOf(AnalysisException.class)
        .hasMessageStartingWith("[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE]")
        .hasMessageContaining(
            "The second parameter requires the \"ARRAY<FLOAT>\" type, however `id` has the type"
                + " \"BIGINT\"");
    Dataset<Row> map = data.selectExpr("map(id, id) AS id", "embedding");
    assertThatThrownBy(() -> SimilarityJoin.topK(1).selfJoin(map))
        .isInstanceOf(AnalysisException.class)
        .hasMessageStartingWith("[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE]")
        .hasMessageContaining("MAP<BIGINT, BIGINT>");
    assertThatThrownBy(() -> SimilarityJoin.topK(0)).hasMessage("k must be at least 1, but is 0");
    assertThatThrownBy(() -> SimilarityJoin.topK(1).withNumPartitions(1, 0))
        .hasMessage("each side needs at least one partition, but got 1 and 0");
  }

  @Test
  void theTileProductIsTheSumInTheOrderOfTheComponents() {
    for (int dimension : new int[] {1, 4, 7, 12}) {
      float[][] rows = vectors(11, dimension, 19);
      Random random = new Random(20);
      VectorTile tile = new VectorTile(dimension);
      float[][] right = new float[VectorTile.WIDTH][dimension];
      for (float[] vector : right) {
        for (int d = 0; d < dimension; d++) {
          vector[d] = (float) random.nextGaussian();
        }
        tile.add("id", vector);
      }
      float[][] scores = new float[TileProduct.ROWS][VectorTile.WIDTH];
      for (SimilarityMetric metric : List.of(SimilarityMetric.DOT, SimilarityMetric.EUCLIDEAN)) {
        metric.scores(rows, 3, 11, tile, scores);
        for (int r = 3; r < 11; r++) {
          for (int j = 0; j < VectorTile.WIDTH; j++) {
            assertThat(scores[r - 3][j]).isEqualTo(score(metric, rows[r], right[j]));
          }
        }
      }
    }
  }

  @Test
  void theBestOfManyAreKept() {
    Random random = new Random(21);
    float[] scores = new float[500];
    TopScores best = new TopScores(20, (a, b) -> Integer.compare((int) a, (int) b));
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random.nextInt(50);
      best.offer(i, scores[i]);
    }
    List<Integer> expected =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(
                Comparator.comparing((Integer i) -> -scores[i])
                    .thenComparing(Comparator.naturalOrder()))
            .limit(20)
            .sorted()
            .toList();
    Integer[] kept = IntStream.range(0, best.size()).mapToObj(best::id).toArray(Integer[]::new);
    Arrays.sort(kept);
    assertThat(kept).containsExactlyElementsOf(expected);
  }
}
