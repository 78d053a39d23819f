// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CollectionUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The functions of vectors in SQL, on numbers worked out by hand. */
@Timeout(120)
class VectorFunctionTest {
  private static final String A = vector("1.5, -2, 0.25");
  private static final String B = vector("-0.5, 3, 4");
  private static final String ZERO = vector("0, 0, 0");

  private static String vector(String numbers) {
    return "CAST(ARRAY[" + numbers + "] AS ARRAY<FLOAT>)";
  }

  private static Row select(RuntimeExecutionMode mode, String... calls) {
    TableEnvironment tables = new LocalTables(mode).sql();
    tables.executeSql("LOAD MODULE weft");
    List<Row> rows =
        CollectionUtil.iteratorToList(
            tables.executeSql("SELECT " + String.join(", ", calls)).collect());
    return rows.get(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"STREAMING", "BATCH"})
  void givesTheNumbers(RuntimeExecutionMode mode) {
    Row row =
        select(
            mode,
            "vector_inner_product(" + A + ", " + B + ")",
            "vector_cosine_similarity(" + A + ", " + B + ")",
            "vector_l2_distance(" + A + ", " + B + ")",
            "vector_norm(" + A + ")",
            "vector_normalize(" + vector("3, -4") + ")",
            "vector_norm(" + ZERO + ")");

    assertThat((Float) row.getField(0)).isEqualTo(-5.75f);
    assertThat((Float) row.getField(1)).isCloseTo(-0.45544554f, within(1e-6f));
    assertThat((Float) row.getField(2)).isCloseTo(6.5622025f, within(1e-6f));
    assertThat((Float) row.getField(3)).isCloseTo(2.5124689f, within(1e-6f));
    assertThat((Float[]) row.getField(4)).containsExactly(0.6f, -0.8f);
    assertThat((Float) row.getField(5)).isZero();
  }

  @Test
  void nullAndZeroHaveNoDirection() {
    Row row =
        select(
            RuntimeExecutionMode.STREAMING,
            "vector_cosine_similarity(" + A + ", " + ZERO + ")",
            "vector_normalize(" + ZERO + ")",
            "vector_inner_product(" + A + ", CAST(NULL AS ARRAY<FLOAT>))",
            "vector_norm(CAST(NULL AS ARRAY<FLOAT>))",
            "vector_l2_distance(" + A + ", " + vector("1, CAST(NULL AS INT), 2") + ")",
            "vector_normalize(" + vector("1, CAST(NULL AS INT)") + ")");
    assertThat(row).isEqualTo(Row.of(null, null, null, null, null, null));
  }

  @ParameterizedTest
  @EnumSource(names = {"STREAMING", "BATCH"})
  void aggregatesGoByComponentAndLeaveOutWhatIsNull(RuntimeExecutionMode mode) {
    TableEnvironment tables = new LocalTables(mode).sql();
    tables.executeSql("LOAD MODULE weft");
    String rows =
        "(VALUES (1, "
            + A
            + "), (1, "
            + B
            + "), (1, CAST(NULL AS ARRAY<FLOAT>)), (1, "
            + vector("7, CAST(NULL AS INT), 7")
            + "), (2, "
            + A
            + "), (3, CAST(NULL AS ARRAY<FLOAT>))) AS t(g, v)";
    Map<Integer, Row> found = new HashMap<>();
    // The inner query changes what it has said, so that the outer one takes rows back.
    String latest = "SELECT g, vector_avg(v) AS v FROM " + rows + " GROUP BY g";
    CollectionUtil.iteratorToList(
            tables
                .executeSql("SELECT g, vector_sum(v), vector_avg(v) FROM " + rows + " GROUP BY g")
                .collect())
        .forEach(row -> found.put((Integer) row.getField(0), row));

    assertThat((Float[]) found.get(1).getField(1)).containsExactly(1f, 1f, 4.25f);
    assertThat((Float[]) found.get(1).getField(2)).containsExactly(0.5f, 0.5f, 2.125f);
    assertThat((Float[]) found.get(2).getField(1)).containsExactly(1.5f, -2f, 0.25f);
    assertThat(found.get(3)).isEqualTo(Row.of(3, null, null));

    List<Row> sums =
        CollectionUtil.iteratorToList(
            tables.executeSql("SELECT vector_sum(v) FROM (" + latest + ")").collect());
    assertThat((Float[]) sums.get(sums.size() - 1).getField(0)).containsExactly(2f, -1.5f, 2.375f);
  }

  @Test
  void vectorsOfTwoWidthsAreRefused() {
    for (String function :
        List.of("vector_cosine_similarity", "vector_inner_product", "vector_l2_distance")) {
      assertThatThrownBy(
              () ->
                  select(
                      RuntimeExecutionMode.STREAMING,
                      function + "(" + A + ", " + vector("1, 2") + ")"))
          .satisfies(
              e ->
                  assertThat(LocalTables.messages(e))
                      .contains(
                          function
                              + ": the vectors have 3 and 2 components; only those of one model"
                              + " with one truncateDim can be compared"));
    }
  }
}
