// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.EncodeOptions;
import dev.weft.serve.Batchers;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.FakeTextEncoder;
import dev.weft.serve.Place;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;

/**
 * A batcher of this JVM on a model that needs no weights, and plans that find it wherever their
 * tasks run. Rows are pairs of a number and a text, results are texts.
 */
final class FakeModels {
  static final TypeInformation<Tuple2<Integer, String>> ROW = Types.TUPLE(Types.INT, Types.STRING);

  static final VectorJoiner<Tuple2<Integer, String>, String> JOINER =
      (row, vector) -> row.f0 + Arrays.toString(vector);

  private static volatile FakeTextEncoder encoder = new FakeTextEncoder("none", 1, 1);
  private static volatile Batchers batchers = new Batchers((spec, place) -> encoder);

  private static final Set<Place> PLACES = ConcurrentHashMap.newKeySet();

  private FakeModels() {}

  /** A new model, in batchers of its own. */
  static FakeTextEncoder load(int workers, int batchTokens) {
    FakeTextEncoder loaded = new FakeTextEncoder("fake", workers, batchTokens);
    encoder = loaded;
    PLACES.clear();
    batchers =
        new Batchers(
            (spec, place) -> {
              PLACES.add(place);
              return loaded;
            });
    return loaded;
  }

  /** Where tasks have asked for the model since it was loaded. */
  static Set<Place> places() {
    return PLACES;
  }

  static EmbedPlan<Tuple2<Integer, String>> plan(BatchOptions options) {
    return new EmbedPlan<>(
        EmbedderSpec.of("fake", Map.of()),
        row -> row.f1,
        TaskSelector.ofSpec(),
        options,
        0,
        source());
  }

  /** A plan whose rows are texts, as in a query. */
  static EmbedPlan<String> textPlan(BatchOptions options) {
    return new EmbedPlan<>(
        EmbedderSpec.of("fake", Map.of()),
        text -> text,
        TaskSelector.ofSpec(),
        options,
        0,
        source());
  }

  private static LeaseSource source() {
    return (spec, place, terms, observer) -> batchers.acquire(spec, place, terms, observer);
  }

  static Tuple2<Integer, String> row(int id) {
    return Tuple2.of(id, text(id));
  }

  static String text(int id) {
    return "text " + id + " and more of it".repeat(id % 5);
  }

  /** What becomes of {@link #row}. */
  static String embedded(int id) {
    return embedded(id, text(id));
  }

  static String embedded(int id, String text) {
    return id + Arrays.toString(FakeTextEncoder.vector(text, EncodeOptions.DEFAULT));
  }
}
