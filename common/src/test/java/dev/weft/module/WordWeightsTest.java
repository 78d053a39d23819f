// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Pipeline;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import dev.weft.text.TextBatch;
import dev.weft.text.WordVectors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WordWeightsTest {
  private static final int WIDTH = 4;
  private static final int HIDDEN = 3;
  private static final int[] LENGTHS = {4, 2, 0};
  private static final long[] IDS = {0, 1, 2, 3, 3, 3, 2, 2, 1, 1, 1, 1};

  /** Of the ids 0 to 3: as it is, in lower case, unknown, negative. */
  private static final float[] WEIGHTS = {1.5f, 0.2f, 0.75f, -2f};

  private static final String JSON =
      """
      {
        "vocab": [
          "cat",
          "The",
          "zebra",
          "ÄRGER"
        ],
        "word_weights": {
          "cat": 1.5,
          "CAT": 8.0,
          "the": 0.2,
          "ärger": -2.0
        },
        "unknown_word_weight": 0.75
      }
      """;

  private NDManager batch;

  @BeforeEach
  void start() {
    batch = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    batch.close();
  }

  private WordWeights loaded(String json) {
    return WordWeights.load(FakeModuleDir.of(json).on(batch));
  }

  private Features features(PaddingSide side) {
    Random random = new Random(3);
    float[] tokens = new float[LENGTHS.length * WIDTH * HIDDEN];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = (float) random.nextGaussian();
    }
    return Features.empty()
        .with(Features.INPUT_IDS, batch.create(IDS, new Shape(LENGTHS.length, WIDTH)))
        .with(Features.ATTENTION_MASK, AttentionMask.of(LENGTHS, WIDTH, side))
        .with(
            Features.TOKEN_EMBEDDINGS,
            batch.create(tokens, new Shape(LENGTHS.length, WIDTH, HIDDEN)));
  }

  @ParameterizedTest
  @EnumSource
  void tokensAreTimesTheirWeightWhereTheyCountAndWeightsAreSummed(PaddingSide side) {
    Features before = features(side);
    float[] input = before.get(Features.TOKEN_EMBEDDINGS).toFloatArray();
    AttentionMask mask = before.get(Features.ATTENTION_MASK);

    Features after = loaded(JSON).forward(before);

    float[] expected = new float[input.length];
    float[] sums = new float[LENGTHS.length];
    for (int row = 0; row < LENGTHS.length; row++) {
      for (int t = mask.from(row); t < mask.to(row); t++) {
        float weight = WEIGHTS[(int) IDS[row * WIDTH + t]];
        sums[row] += weight;
        for (int i = 0; i < HIDDEN; i++) {
          int at = (row * WIDTH + t) * HIDDEN + i;
          expected[at] = input[at] * weight;
        }
      }
    }
    float[] weighted = after.get(Features.TOKEN_EMBEDDINGS).toFloatArray();
    Golden.assertClose(weighted, expected, 1e-7, "%s", side);
    assertThat(after.get(Features.TOKEN_WEIGHTS_SUM).getShape()).isEqualTo(new Shape(3));
    Golden.assertClose(
        after.get(Features.TOKEN_WEIGHTS_SUM).toFloatArray(), sums, 1e-6, "%s", side);
    assertThat(before.get(Features.TOKEN_EMBEDDINGS).toFloatArray()).isEqualTo(input);
    assertThat(after.get(Features.ATTENTION_MASK)).isSameAs(mask);
  }

  @Test
  void theConfigurationWinsOverATensorThatDisagrees() {
    NDArray other = batch.create(new float[] {9, 8, 7, 6}, new Shape(4, 1));
    FakeModuleDir dir = new FakeModuleDir(JSON, Map.of("emb_layer.weight", other)).on(batch);

    WordWeights weights = WordWeights.load(dir);

    assertThat(GoldenTensor.floats(weights.spec().tensors().get("emb_layer.weight")))
        .isEqualTo(WEIGHTS);
    float[] sums =
        weights.forward(features(PaddingSide.RIGHT)).get(Features.TOKEN_WEIGHTS_SUM).toFloatArray();
    Golden.assertClose(sums, new float[] {0.45f, -4f, 0f}, 1e-6, "sums");
  }

  @Test
  void aFileIsReadAndWrittenAgain() {
    ModuleSpec spec = loaded(JSON).spec();

    assertThat(spec.type()).isEqualTo("WordWeights");
    assertThat(spec.texts()).containsExactly(Map.entry("config.json", JSON));
    assertThat(spec.tensors()).containsOnlyKeys("emb_layer.weight");
    assertThat(spec.tensors().get("emb_layer.weight").shape()).containsExactly(4, 1);
  }

  @Test
  void aWordThatStandsTwiceKeepsBothRows() {
    WordWeights weights =
        new WordWeights(List.of("a", "b", "a"), WordWeighting.of(Map.of("a", 2.0)), batch);

    assertThat(weights.settings()).isEqualTo("3 words, unknown_word_weight=1.0");
    assertThat(GoldenTensor.floats(weights.spec().tensors().get("emb_layer.weight")))
        .containsExactly(2, 1, 2);
  }

  @Test
  void unknownWordsWeighOneWhereTheFileIsSilent() {
    WordWeights weights = loaded("{\"vocab\": [\"a\", \"b\"], \"word_weights\": {\"b\": 3}}");

    assertThat(GoldenTensor.floats(weights.spec().tensors().get("emb_layer.weight")))
        .containsExactly(1, 3);
    assertThat(weights.width(7)).isEqualTo(7);
  }

  @Test
  void idsBeyondTheVocabularyFailWithTheNameOfTheModule() {
    WordVectors vectors =
        new WordVectors(List.of("pad", "cat", "dog"), 2, new float[] {0, 0, 1, 2, 3, 4});
    WordWeights weights = new WordWeights(List.of("pad", "cat"), WordWeighting.NONE, batch);
    try (Pipeline pipeline =
        new Pipeline(
            List.of(
                WordEmbeddings.builder(vectors).build(batch),
                weights,
                new Pooling(2, PoolingMode.MEAN)))) {

      float[] known = vector(pipeline, "cat cat pad");

      Golden.assertClose(known, new float[] {2f / 3, 4f / 3}, 1e-6, "known words");
      assertThatThrownBy(() -> vector(pipeline, "cat dog"))
          .isInstanceOf(EncodeException.class)
          .hasMessageStartingWith("while running module 1 (WordWeights): index out of range");
    }
  }

  private float[] vector(Pipeline pipeline, String text) {
    return pipeline
        .forward(pipeline.tokenize(TextBatch.of(List.of(text))), batch)
        .get(Features.SENTENCE_EMBEDDING)
        .toFloatArray();
  }

  @Test
  void withoutAMaskTheCallFails() {
    Features features =
        Features.empty()
            .with(Features.TOKEN_EMBEDDINGS, batch.create(new float[1][1]).reshape(1, 1, 1));

    assertThatThrownBy(() -> loaded(JSON).forward(features))
        .isInstanceOf(EncodeException.class)
        .hasMessage("needs attention_mask, but the features hold [token_embeddings]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | required key \"vocab\" is missing",
        "{\"vocab\": [\"a\"]} | required key \"word_weights\" is missing",
        "{\"vocab\": [], \"word_weights\": {}} "
            + "| WordWeights needs a vocabulary of at least one word",
        "{\"vocab\": {\"a\": 0}} | \"vocab\" must be a list of strings",
        "{\"vocab\": [\"a\"], \"word_weights\": 1} "
            + "| \"word_weights\" must be an object, but is 1",
        "{\"vocab\": [\"a\"], \"word_weights\": {\"b\": []}} "
            + "| \"b\" must be a number, but is []",
        "{\"vocab\": [\"a\"], \"word_weights\": {}, \"unknown_word_weight\": \"1\"} "
            + "| \"unknown_word_weight\" must be a number, but is \"1\"",
        "{\"vocab\": [\"a\"], \"word_weights\": {}, \"default\": 1} | key \"default\" is not known;"
            + " known: unknown_word_weight, vocab, word_weights",
      })
  void aWrongConfigurationIsRefused(String json, String message) {
    assertThatThrownBy(() -> loaded(json))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/config.json: " + message);
  }

  @Test
  void weightsKeepTheirOrderAndAreCopied() {
    Map<String, Double> given = new LinkedHashMap<>(Map.of("b", 2.0));
    given.put("a", 1.0);
    WordWeighting weighting = WordWeighting.of(given);
    given.clear();

    assertThat(weighting.weights().keySet()).containsExactly("b", "a");
    assertThatThrownBy(() -> new WordWeights(List.of(), weighting, batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("WordWeights needs a vocabulary of at least one word");
  }
}
