// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
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
