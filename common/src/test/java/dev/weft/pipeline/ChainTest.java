// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.module.BoW;
import dev.weft.module.Dense;
import dev.weft.module.Mapping;
import dev.weft.module.Normalize;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.Router;
import dev.weft.module.WordEmbeddings;
import dev.weft.text.TextBatch;
import dev.weft.text.WordVectors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every feature has a width of its own, and the pipeline that of its sentence embedding. */
class ChainTest {
  private static final Key<NDArray> SCORES = Key.tensor("scores");

  private NDManager device;

  @BeforeEach
  void start() {
    device = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    device.close();
  }

  private WordEmbeddings words() {
    float[] values = {0, 0, 0, 0, 0.5f, -1, 2, 0.25f, 3, 1, -2, 0.75f};
    return WordEmbeddings.builder(new WordVectors(List.of("pad", "cat", "dog"), 4, values))
        .build(device);
  }

  private Dense dense(int in, int out, Mapping mapping) {
    return Dense.builder(in, out).mapping(mapping).seed(3).build(device);
  }

  private static Pooling mean(int width) {
    return new Pooling(width, PoolingMode.MEAN);
  }

  private static List<Integer> widths(Pipeline pipeline) {
    return pipeline.steps(Optional.empty()).stream().map(Pipeline.Step::width).toList();
  }

  private Features run(Pipeline pipeline, String... texts) {
    return pipeline.forward(pipeline.tokenize(TextBatch.of(List.of(texts))), device);
  }

  @Test
  void aDenseOfTokensChangesTheirWidthAndNothingElse() {
    try (Pipeline pipeline =
        new Pipeline(List.of(words(), dense(4, 6, Mapping.TOKENS), mean(6), new Normalize()))) {
      assertThat(widths(pipeline)).containsExactly(4, 6, 6, 6);
      assertThat(pipeline.dimension(Optional.empty())).isEqualTo(6);

      Features features = run(pipeline, "cat dog cat", "dog");

      assertThat(features.get(Features.TOKEN_EMBEDDINGS).getShape().getShape())
          .containsExactly(2, 3, 6);
      assertThat(features.get(Features.SENTENCE_EMBEDDING).getShape().getShape())
          .containsExactly(2, 6);
    }
  }

  @Test
  void aDenseOfTokensBehindPoolingLeavesTheDimension() {
    try (Pipeline pipeline = new Pipeline(List.of(words(), mean(4), dense(4, 7, Mapping.TOKENS)))) {
      assertThat(widths(pipeline)).containsExactly(4, 4, 7);
      assertThat(pipeline.dimension(Optional.empty())).isEqualTo(4);
      assertThat(run(pipeline, "cat").get(Features.SENTENCE_EMBEDDING).toFloatArray())
          .containsExactly(0.5f, -1, 2, 0.25f);
    }
  }

  @Test
  void anotherFeatureHasAWidthOfItsOwn() {
    Mapping toScores = new Mapping(Features.SENTENCE_EMBEDDING, SCORES);
    Mapping scores = new Mapping(SCORES, SCORES);
    try (Pipeline pipeline =
        new Pipeline(
            List.of(
                words(),
                mean(4),
                dense(4, 9, toScores),
                dense(9, 2, scores),
                dense(4, 5, Mapping.SENTENCE)))) {
      assertThat(widths(pipeline)).containsExactly(4, 4, 9, 2, 5);
      assertThat(pipeline.dimension(Optional.empty())).isEqualTo(5);

      Features features = run(pipeline, "cat", "dog dog");

      assertThat(features.get(SCORES).getShape().getShape()).containsExactly(2, 2);
      assertThat(features.get(Features.SENTENCE_EMBEDDING).getShape().getShape())
          .containsExactly(2, 5);
    }
  }

  @Test
  void theSentenceEmbeddingMayComeOfAnotherFeature() {
    Mapping toScores = new Mapping(Features.SENTENCE_EMBEDDING, SCORES);
    Mapping back = new Mapping(SCORES, Features.SENTENCE_EMBEDDING);
    try (Pipeline pipeline =
        new Pipeline(List.of(words(), mean(4), dense(4, 9, toScores), dense(9, 3, back)))) {
      assertThat(pipeline.dimension(Optional.empty())).isEqualTo(3);
    }
  }

  @Test
  void theWidthOfAnotherFeatureIsChecked() {
    Mapping toScores = new Mapping(Features.SENTENCE_EMBEDDING, SCORES);
    Mapping scores = new Mapping(SCORES, SCORES);

    assertThatThrownBy(
            () ->
                new Pipeline(List.of(words(), mean(4), dense(4, 9, toScores), dense(4, 2, scores))))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "module 3 (Dense) takes vectors of in_features 4, but the modules before it make"
                + " vectors of 9");
    assertThatThrownBy(() -> new Pipeline(List.of(words(), dense(4, 6, Mapping.TOKENS), mean(4))))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "module 2 (Pooling) takes vectors of embedding_dimension 4, but the modules before it"
                + " make vectors of 6");
  }

  @Test
  void tasksStandInTheOrderOfTheRoutes() {
    Map<String, List<BoW>> routes = new LinkedHashMap<>();
    for (int i = 12; i > 0; i--) {
      routes.put("route" + i, List.of(new BoW(List.of("a"))));
    }
    try (Pipeline pipeline = new Pipeline(List.of(new Router(routes)))) {
      assertThat(pipeline.tasks()).containsExactlyElementsOf(routes.keySet());
      assertThatThrownBy(() -> pipeline.tasks().clear())
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void aFeatureNobodyMakesIsNamed() {
    Mapping scores = new Mapping(SCORES, SCORES);

    assertThatThrownBy(() -> new Pipeline(List.of(new BoW(List.of("a")), dense(1, 2, scores))))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "module 1 (Dense) needs [scores], but the modules before it produce"
                + " [sentence_embedding]");
  }

  @Test
  void aChainWithoutASentenceEmbeddingIsRefused() {
    Mapping toScores = new Mapping(Features.TOKEN_EMBEDDINGS, SCORES);

    assertThatThrownBy(() -> new Pipeline(List.of(words(), dense(4, 2, toScores))))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("the pipeline ends without sentence_embedding: it produces [")
        .hasMessageEndingWith("]; add a Pooling module");
    assertThatThrownBy(() -> new Pipeline(List.of()))
        .isInstanceOf(ModelException.class)
        .hasMessage("a pipeline needs at least one module");
    assertThatThrownBy(() -> new Pipeline(List.of(mean(4), new Normalize())))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "module 0 (Pooling) cannot be the first module: it does not take text; start with a"
                + " Transformer, StaticEmbedding, WordEmbeddings or BoW");
  }
}
