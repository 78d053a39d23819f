// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** Tables and models of tests, in a cluster of the process that lives as long as a query. */
final class LocalTables {
  /** Texts by number; the fourth is missing. */
  static final List<Optional<String>> TEXTS =
      List.of(
          Optional.of("A man is playing a flute."),
          Optional.of(""),
          Optional.of("a"),
          Optional.empty(),
          Optional.of("The quick brown fox jumps over the lazy dog, and over the next one too."),
          Optional.of("Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich."));

  static final String ROUTER =
      Path.of("../common/src/test/resources/parity/router/model").toAbsolutePath().toString();

  static final String STATIC =
      Path.of("../common/src/test/resources/parity/static/model").toAbsolutePath().toString();

  private final StreamExecutionEnvironment flink =
      StreamExecutionEnvironment.getExecutionEnvironment();
  private final StreamTableEnvironment tables;

  LocalTables(RuntimeExecutionMode mode) {
    flink.setParallelism(2);
    flink.setRuntimeMode(mode);
    tables = StreamTableEnvironment.create(flink);
    texts("texts", "STRING");
  }

  StreamTableEnvironment sql() {
    return tables;
  }

  /** A view of {@link #TEXTS}, without the missing one if the type does not allow it. */
  void texts(String view, String type) {
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < TEXTS.size(); id++) {
      if (TEXTS.get(id).isPresent() || !type.endsWith("NOT NULL")) {
        rows.add(Row.of(id, TEXTS.get(id).orElse(null)));
      }
    }
    tables.createTemporaryView(
        view,
        flink
            .fromData(rows, Types.ROW_NAMED(new String[] {"id", "body"}, Types.INT, Types.STRING))
            .rebalance(),
        Schema.newBuilder().column("id", "INT").column("body", type).build());
  }

  static String model(String name, String input, String output, String options) {
    return "CREATE TEMPORARY MODEL "
        + name
        + " INPUT ("
        + input
        + ") OUTPUT ("
        + output
        + ") WITH ('provider' = 'weft', 'model' = '"
        + ROUTER
        + "', "
        + options
        + ")";
  }

  /** The second column by the first. */
  Map<Integer, Object> rows(String query) throws Exception {
    Map<Integer, Object> found = new TreeMap<>();
    try (CloseableIterator<Row> rows = tables.executeSql(query).collect()) {
      while (rows.hasNext()) {
        Row row = rows.next();
        found.put((Integer) row.getField(0), Optional.ofNullable(row.getField(1)));
      }
    }
    return found;
  }

  /** The messages of a failure and of what caused it. */
  static List<String> messages(Throwable failure) {
    List<String> messages = new ArrayList<>();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      messages.add(String.valueOf(cause.getMessage()));
    }
    return messages;
  }

  /** Vectors as the embedder has them, of all texts that were asked for. */
  static void assertVectors(Map<Integer, Object> found, EncodeOptions options) {
    assertVectors(ROUTER, found, options);
  }

  static void assertVectors(String model, Map<Integer, Object> found, EncodeOptions options) {
    try (Embedder embedder = Embedder.load(model)) {
      for (int id : found.keySet()) {
        Optional<?> vector = (Optional<?>) found.get(id);
        Optional<String> text = TEXTS.get(id);
        assertThat(vector.isPresent()).isEqualTo(text.isPresent());
        if (text.isPresent()) {
          float[] expected = embedder.encode(List.of(text.get()), options)[0];
          Object[] values = (Object[]) vector.get();
          assertThat(values).hasSize(expected.length);
          for (int i = 0; i < expected.length; i++) {
            assertThat(((Number) values[i]).floatValue()).isCloseTo(expected[i], within(1e-5f));
          }
        }
      }
    }
  }
}
