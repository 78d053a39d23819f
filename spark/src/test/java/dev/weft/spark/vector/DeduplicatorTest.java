// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spark.LocalSpark;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeduplicatorTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.LongType)
          .add("embedding", DataTypes.createArrayType(DataTypes.FloatType))
          .add("text", DataTypes.StringType);

  private static final StructType EDGES =
      new StructType().add("a", DataTypes.IntegerType).add("b", DataTypes.IntegerType);

  /** The smallest node of each node's component. */
  private static final class UnionFind {
    private final int[] parents;

    UnionFind(int size) {
      parents = IntStream.range(0, size).toArray();
    }

    int find(int node) {
      return parents[node] == node ? node : find(parents[node]);
    }

    void union(int a, int b) {
      int x = find(a);
      int y = find(b);
      parents[Math.max(x, y)] = Math.min(x, y);
    }
  }

  /** Random centres with near copies of them, and a chain whose ends are far apart. */
  private static List<float[]> vectors() {
    Random random = new Random(31);
    List<float[]> vectors = new ArrayList<>();
    for (int centre = 0; centre < 25; centre++) {
      float[] vector = new float[6];
      for (int d = 0; d < 6; d++) {
        vector[d] = (float) random.nextGaussian();
      }
      for (int copy = random.nextInt(5); copy >= 0; copy--) {
        float[] near = vector.clone();
        for (int d = 0; d < 6; d++) {
          near[d] += (float) random.nextGaussian() * 0.05f;
        }
        vectors.add(near);
      }
    }
    for (int step = 0; step < 40; step++) {
      double angle = step * 0.1;
      vectors.add(new float[] {(float) Math.cos(angle), (float) Math.sin(angle), 0, 0, 0, 0});
    }
    Collections.shuffle(vectors, random);
    return vectors;
  }

  private static Dataset<Row> rows(List<float[]> vectors) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      rows.add(RowFactory.create((long) i, vectors.get(i), "text " + i));
    }
    rows.add(RowFactory.create(-1L, null, "no vector"));
    rows.add(RowFactory.create(-2L, new float[6], "zeros"));
    rows.add(RowFactory.create(null, vectors.get(0), "no id"));
    return LOCAL.spark().createDataFrame(rows, SCHEMA);
  }

  private static UnionFind groupsOf(List<float[]> vectors, double minCosine) {
    UnionFind groups = new UnionFind(vectors.size());
    for (int i = 0; i < vectors.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (cosine(vectors.get(i), vectors.get(j)) >= minCosine) {
          groups.union(i, j);
        }
      }
    }
    return groups;
  }

  private static double cosine(float[] a, float[] b) {
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }

  @Test
  void aColumnThatIsThereIsNotOverwritten() {
    Dataset<Row> rows = rows(vectors()).withColumnRenamed("text", "Group");

    assertThatThrownBy(() -> Deduplicator.minCosine(0.99).groups(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("column \"group\" is there already; choose another groupCol or drop it");
  }

  @Test
  void groupsAreThoseOfAUnionFind() {
    List<float[]> vectors = vectors();
    UnionFind expected = groupsOf(vectors, 0.99);

    Dataset<Row> found = Deduplicator.minCosine(0.99).withNumPartitions(3).groups(rows(vectors));

    assertThat(found.columns()).containsExactly("id", "embedding", "text", "group");
    List<Row> all = found.collectAsList();
    assertThat(all).hasSize(vectors.size() + 3);
    Set<Long> groups = new HashSet<>();
    for (Row row : all) {
      if (row.isNullAt(0)) {
        assertThat(row.isNullAt(3)).as("no id, no group").isTrue();
      } else if (row.getLong(0) < 0) {
        assertThat(row.getLong(3)).as("alone").isEqualTo(row.getLong(0));
      } else {
        assertThat(row.getLong(3)).isEqualTo(expected.find((int) row.getLong(0)));
        groups.add(row.getLong(3));
      }
    }
    assertThat(groups).as("25 clusters and a chain").hasSizeBetween(20, 40);
  }

  @Test
  void oneRowAGroupStays() {
    List<float[]> vectors = vectors();
    UnionFind expected = groupsOf(vectors, 0.99);
    Dataset<Row> data =
        rows(vectors).where("id >= 0").selectExpr("concat('r', id + 100) AS key", "embedding AS v");

    Dataset<Row> found =
        Deduplicator.minCosine(0.99).withIdCol("key").withVectorCol("v").dropDuplicates(data);

    assertThat(found.columns()).containsExactly("key", "v");
    assertThat(found.collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, vectors.size())
                .filter(i -> expected.find(i) == i)
                .mapToObj(i -> "r" + (i + 100))
                .toList());
  }

  @Test
  void rowsWithoutDuplicatesAreTheirOwnGroups() {
    List<float[]> vectors = List.of(new float[] {1, 0}, new float[] {0, 1}, new float[] {-1, 0});

    Dataset<Row> found =
        Deduplicator.minCosine(0.5)
            .withGroupCol("cluster")
            .groups(rows(vectors).where("id >= 0 and size(embedding) = 2"));

    assertThat(found.where("cluster = id").count()).isEqualTo(3);
  }

  @Test
  void aLongChainTakesFewRounds() {
    List<Integer> nodes = new ArrayList<>(IntStream.range(0, 300).boxed().toList());
    Collections.shuffle(nodes, new Random(32));
    List<Row> edges =
        IntStream.range(1, 300).mapToObj(i -> edge(nodes.get(i - 1), nodes.get(i))).toList();

    Dataset<Row> found = Components.of(LOCAL.spark().createDataFrame(edges, EDGES), 8);

    assertThat(found.collectAsList()).hasSize(299).allMatch(row -> row.getInt(1) == 0);
  }

  @Test
  void componentsOfARandomGraphAreThoseOfAUnionFind() {
    Random random = new Random(33);
    UnionFind expected = new UnionFind(200);
    List<Row> edges = new ArrayList<>();
    for (int i = 0; i < 110; i++) {
      int a = random.nextInt(200);
      int b = (a + 1 + random.nextInt(199)) % 200;
      expected.union(a, b);
      edges.add(edge(a, b));
    }

    Dataset<Row> found = Components.of(LOCAL.spark().createDataFrame(edges, EDGES), 50);

    Map<Integer, Integer> roots = new HashMap<>();
    for (Row row : found.collectAsList()) {
      assertThat(roots.put(row.getInt(0), row.getInt(1))).as("one root a member").isNull();
    }
    for (int node = 0; node < 200; node++) {
      assertThat(roots.getOrDefault(node, node)).isEqualTo(expected.find(node));
    }
  }

  @Test
  void tooManyRoundsAreAnError() {
    List<Row> edges = IntStream.range(1, 50).mapToObj(i -> edge(i - 1, i)).toList();
    Dataset<Row> chain = LOCAL.spark().createDataFrame(edges, EDGES);

    assertThatThrownBy(() -> Components.of(chain, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the groups of duplicates are not found after 1 rounds; a higher least cosine makes"
                + " them smaller");
  }

  private static Row edge(int a, int b) {
    return RowFactory.create(Math.min(a, b), Math.max(a, b));
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThatThrownBy(() -> Deduplicator.minCosine(95))
        .hasMessage("the least cosine of duplicates must be between -1 and 1, but is 95.0");
    assertThatThrownBy(() -> Deduplicator.minCosine(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Deduplicator.minCosine(0.9).withNumPartitions(0))
        .hasMessage("each side needs at least one partition, but got 0 and 0");
    Dataset<Row> rows = rows(vectors());
    assertThatThrownBy(() -> Deduplicator.minCosine(0.9).withVectorCol("text").groups(rows))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("requires the \"ARRAY<FLOAT>\" type");
  }
}
