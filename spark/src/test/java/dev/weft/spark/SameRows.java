// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Row;
import scala.collection.Seq;

/** Compares results value by value, numbers to 1e-5. */
final class SameRows {
  private SameRows() {}

  static void assertSameInOrder(List<Row> actual, List<Row> expected) {
    assertThat(actual).hasSameSizeAs(expected).isNotEmpty();
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).size()).isEqualTo(expected.get(i).size());
      for (int k = 0; k < actual.get(i).size(); k++) {
        assertSame(actual.get(i).get(k), expected.get(i).get(k));
      }
    }
  }

  static void assertSame(List<Row> actual, List<Row> expected) {
    assertSameInOrder(sorted(actual), sorted(expected));
  }

  /** By the first digits of all values, as the last ones may differ. */
  private static List<Row> sorted(List<Row> rows) {
    return rows.stream().sorted(Comparator.comparing(SameRows::key)).toList();
  }

  private static String key(Row row) {
    StringBuilder key = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      key.append(
          row.get(i) instanceof Number n ? String.format("%08.3f ", n.doubleValue()) : row.get(i));
    }
    return key.toString();
  }

  private static void assertSame(Object actual, Object expected) {
    if (expected instanceof Number number && actual instanceof Number) {
      assertThat(((Number) actual).doubleValue()).isCloseTo(number.doubleValue(), within(1e-5));
    } else if (expected instanceof Seq<?> items) {
      assertThat(actual).isInstanceOf(Seq.class);
      List<?> others = ScalaCollections.list((Seq<?>) actual);
      assertThat(others).hasSize(items.size());
      for (int i = 0; i < others.size(); i++) {
        assertSame(others.get(i), ScalaCollections.list(items).get(i));
      }
    } else {
      assertThat(actual).isEqualTo(expected);
    }
  }
}
