// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.config.ModelException;
import dev.weft.module.Asym;
import dev.weft.module.Dense;
import dev.weft.module.EmptyKey;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.Transformer;
import dev.weft.pipeline.Pipeline;
import dev.weft.pipeline.Stage;
import dev.weft.store.ModelScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Calls of models whose modules depend on the task. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutedEmbedderTest {
  private static final List<String> TEXTS =
      List.of("", "A man plays a keyboard.", "the stock fell ".repeat(9), "Straße, 東京 🚆", "x");

  private Embedder router;

  @BeforeAll
  void load() {
    router = Embedder.load(TestModel.of("router").toString());
  }

  @AfterAll
  void close() {
    router.close();
  }

  @Test
  void textsWithOptionsOfTheirOwnGetWhatACallForEachWouldGive() {
    List<EncodeOptions> kinds =
        List.of(
            EncodeOptions.DEFAULT.withTask("query"),
            EncodeOptions.DEFAULT.withTask("document"),
            EncodeOptions.DEFAULT,
            EncodeOptions.DEFAULT.withTask("query"),
            EncodeOptions.DEFAULT.withTask("query").withPrompt("custom: "));
    float[][] vectors = new float[TEXTS.size()][router.dimensionOfAnyTask(EncodeOptions.DEFAULT)];
    long batches = router.counters().batches();

    router.encode(
        TEXTS,
        kinds,
        (rows, width, values) -> Arrays.stream(rows).forEach(row -> values.get(vectors[row])));

    assertThat(router.counters().batches() - batches).as("a batch a kind").isEqualTo(4);
    for (int i = 0; i < vectors.length; i++) {
      float[] alone = router.encode(List.of(TEXTS.get(i)), kinds.get(i))[0];
      assertThat(vectors[i]).containsExactly(alone, within(1e-5f));
    }
  }

  @Test
  void everyTextNeedsItsOptions() {
    assertThatThrownBy(
            () -> router.encode(TEXTS, List.of(EncodeOptions.DEFAULT), (rows, width, v) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 texts need as many options, but there are 1");
  }

  @Test
  void theKeyOfTheTextsIsTheTask() {
    KeyedTexts keyed =
        KeyedTexts.of(List.of(Map.of("query", "one"), Map.of("query", "another text")));

    assertThat(router.encode(keyed, EncodeOptions.DEFAULT))
        .isDeepEqualTo(router.encodeQuery(List.of("one", "another text"), EncodeOptions.DEFAULT));
  }

  @Test
  void textsOfOneCallHaveOneKey() {
    assertThatThrownBy(
            () -> KeyedTexts.of(List.of(Map.of("query", "one"), Map.of("document", "two"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "You cannot pass a list of dictionaries with different task types: [query, document];"
                + " make one call for each, or pass plain texts and a task");
    assertThatThrownBy(() -> KeyedTexts.of(List.of(Map.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an input must hold one key with its text, but holds the keys []");
  }

  @Test
  void anUnknownTaskIsRefused() {
    assertThatThrownBy(() -> router.encode(TEXTS, EncodeOptions.DEFAULT.withTask("passage")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("No route found for task type 'passage'. Available routes: [query, document]");
  }

  private static Pipeline asymmetric(ModelScope scope, int queryWidth, int documentInput) {
    Map<String, List<Dense>> heads = new LinkedHashMap<>();
    heads.put("query", List.of(Dense.builder(32, queryWidth).build(scope.device())));
    heads.put("document", List.of(Dense.builder(documentInput, 8).build(scope.device())));
    return new Pipeline(
        List.of(
            Transformer.load(scope.folder(TestModel.of("pooling-mean").toString())),
            new Pooling(32, PoolingMode.MEAN),
            new Asym(heads, EmptyKey.ALLOW)));
  }

  @Test
  void routesMayMakeVectorsOfDifferentWidths() {
    EncodeOptions query = EncodeOptions.DEFAULT.withTask("query");
    EncodeOptions document = EncodeOptions.DEFAULT.withTask("document");
    try (Embedder embedder = Embedder.build(scope -> asymmetric(scope, 5, 32))) {
      assertThat(embedder.encode(TEXTS)[0]).hasSize(32);
      assertThat(embedder.encode(TEXTS, query)[0]).hasSize(5);
      assertThat(embedder.encode(TEXTS, document)[0]).hasSize(8);
      assertThatThrownBy(() -> embedder.dimensionOfAnyTask(EncodeOptions.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the routes [query, document] make vectors of different widths [5, 8], which cannot"
                  + " stand in one column; choose one task");
    }
  }

  private static Pipeline asymFirst(ModelScope scope) {
    Map<String, List<Stage>> sides = new LinkedHashMap<>();
    for (PoolingMode mode : List.of(PoolingMode.CLS, PoolingMode.MEAN)) {
      sides.put(
          mode.configName(),
          List.of(
              Transformer.load(scope.folder(TestModel.of("pooling-mean").toString())),
              new Pooling(32, mode)));
    }
    return new Pipeline(List.of(new Asym(sides, EmptyKey.ALLOW)));
  }

  @Test
  void anAsymThatTakesTheTextsNeedsATask(@TempDir Path folder) {
    Path saved = folder.resolve("model");
    try (Embedder built = Embedder.build(RoutedEmbedderTest::asymFirst)) {
      built.save(saved);
    }
    try (Embedder embedder = Embedder.load(saved.toString())) {
      float[][] first = embedder.encode(TEXTS, EncodeOptions.DEFAULT.withTask("cls"));
      float[][] mean = embedder.encode(TEXTS, EncodeOptions.DEFAULT.withTask("mean"));

      assertThat(mean).hasDimensions(5, 32);
      assertThat(first[1]).isNotEqualTo(mean[1]);
      assertThatThrownBy(() -> embedder.encode(TEXTS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "without a task, a pipeline needs at least one module; give the call one of the"
                  + " tasks [cls, mean]");
    }
  }

  @Test
  void whatFollowsAnAsymNeedNotFitWhatIsBeforeIt() {
    try (Embedder embedder =
        Embedder.build(
            scope -> {
              Dense down = Dense.builder(32, 8).build(scope.device());
              return new Pipeline(
                  List.of(
                      Transformer.load(scope.folder(TestModel.of("pooling-mean").toString())),
                      new Pooling(32, PoolingMode.MEAN),
                      new Asym(Map.of("query", List.of(down)), EmptyKey.ALLOW),
                      Dense.builder(8, 4).build(scope.device())));
            })) {
      assertThat(embedder.encode(TEXTS, EncodeOptions.DEFAULT.withTask("query")))
          .hasDimensions(5, 4);
      assertThatThrownBy(() -> embedder.dimension(EncodeOptions.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "without a task, module 2 (Dense) takes vectors of in_features 8, but the modules"
                  + " before it make vectors of 32; give the call one of the tasks [query]");
    }
  }

  @Test
  void everyRouteIsCheckedWhenThePipelineIsBuilt() {
    assertThatThrownBy(() -> Embedder.build(scope -> asymmetric(scope, 5, 31)))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "for the task \"document\", module 2 (Dense) takes vectors of in_features 31, but the"
                + " modules before it make vectors of 32");
  }
}
