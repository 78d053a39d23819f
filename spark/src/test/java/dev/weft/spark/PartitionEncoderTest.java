// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.serve.EmbedderSpec;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PartitionEncoderTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final EmbedderSpec SPEC = EmbedderSpec.of(TestTexts.model("static"), Map.of());

  /** Knows how many rows it was asked for, as a source would that has to wait for each. */
  private static final class Asked implements Iterator<Row> {
    private final Iterator<Row> rows;
    private int taken;
    private int asked;

    Asked(Iterator<Row> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      asked = Math.max(asked, taken + 1);
      return rows.hasNext();
    }

    @Override
    public Row next() {
      taken++;
      return rows.next();
    }
  }

  @Test
  void aFullWindowIsHandedOnBeforeTheNextRowIsAskedFor() {
    EmbedRows embed =
        new EmbedRows(TaskModel.ofQuery(SPEC), 0, EmbedRows.NO_TASK, OutputType.ARRAY, 2);
    MapPartitionsFunction<Row, Integer> askedForEach =
        rows -> {
          Asked source = new Asked(rows);
          Iterator<Row> embedded = embed.call(source);
          List<Integer> asked = new ArrayList<>();
          while (embedded.hasNext()) {
            embedded.next();
            asked.add(source.asked);
          }
          return asked.iterator();
        };

    List<Integer> asked =
        LOCAL
            .spark()
            .range(0, 5, 1, 1)
            .selectExpr("CAST(id AS STRING)")
            .mapPartitions(askedForEach, Encoders.INT())
            .collectAsList();

    assertThat(asked).as("the last window is not full").containsExactly(2, 2, 4, 4, 6);
  }
}
