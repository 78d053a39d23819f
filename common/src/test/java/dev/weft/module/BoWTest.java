// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoWTest {
  private static final List<String> VOCAB = List.of("cat", "Dog", "the", "Ärger");
  private static final List<String> TEXTS =
      List.of("the cat, the CAT and the Dog", "", "Ärger dog DOG zzz", "ärger");

  private static float[][] vectors(BoW bow, TextBatch texts) {
    try (NDManager batch = TestEngine.cpu()) {
      NDArray vectors =
          bow.forward(bow.features(bow.tokenize(texts), batch)).get(Features.SENTENCE_EMBEDDING);
      assertThat(vectors.getShape()).isEqualTo(new Shape(texts.texts().size(), bow.width(0)));
      return IntStream.range(0, texts.texts().size())
          .mapToObj(row -> vectors.get(row).toFloatArray())
          .toArray(float[][]::new);
    }
  }

  private static WordWeighting frequencies() {
    Map<String, Double> weights = new LinkedHashMap<>();
    weights.put("the", 0.1);
    weights.put("dog", 2.5);
    weights.put("Dog", -3.0);
    weights.put("ärger", 0.7);
    weights.put("horse", 9.0);
    return new WordWeighting(weights, 0.25);
  }

  @Test
  void countsStandInTheOrderOfTheVocabulary() {
    assertThat(vectors(new BoW(VOCAB), TextBatch.of(TEXTS)))
        .isDeepEqualTo(new float[][] {{2, 1, 3, 0}, {0, 0, 0, 0}, {0, 0, 0, 1}, {0, 0, 0, 0}});
    assertThat(vectors(new BoW(List.of("the", "Dog", "cat")), TextBatch.of(TEXTS))[0])
        .containsExactly(3, 1, 2);
  }

  @Test
  void weightsAreAddedForEveryTimeAWordStands() {
    BoW bow = new BoW(VOCAB, frequencies(), BoW.TermFrequency.CUMULATIVE);

    float[][] vectors = vectors(bow, TextBatch.of(TEXTS));

    assertThat(vectors[0])
        .as("cat is unknown, Dog has a weight as it is")
        .containsExactly(0.25f + 0.25f, -3f, 0.1f + 0.1f + 0.1f, 0f);
    assertThat(vectors[2]).as("Ärger has one in lower case").containsExactly(0, 0, 0, 0.7f);
  }

  @Test
  void binaryTermsCountOnce() {
    BoW bow = new BoW(VOCAB, frequencies(), BoW.TermFrequency.BINARY);

    assertThat(vectors(bow, TextBatch.of(TEXTS)))
        .isDeepEqualTo(
            new float[][] {{0.25f, -3f, 0.1f, 0}, {0, 0, 0, 0}, {0, 0, 0, 0.7f}, {0, 0, 0, 0}});
    assertThat(bow.settings()).isEqualTo("4 words, cumulative_term_frequency=false");
  }

  @Test
  void aWordThatStandsTwiceHasOneColumnInItsFirstPlace() {
    BoW bow = new BoW(List.of("b", "a", "b", "c", "a"));

    assertThat(bow.width(0)).isEqualTo(3);
    assertThat(vectors(bow, TextBatch.of(List.of("a b b c"))))
        .isDeepEqualTo(new float[][] {{2, 1, 1}});
    assertThat(bow.spec().texts().get("config.json").replaceAll("\\s", ""))
        .startsWith("{\"vocab\":[\"b\",\"a\",\"c\"],");
  }

  @Test
  void aPromptIsCountedToo() {
    TextBatch prompted = new TextBatch(List.of("cat", ""), "the cat: ", Optional.empty());

    assertThat(vectors(new BoW(VOCAB), prompted))
        .isDeepEqualTo(new float[][] {{2, 0, 1, 0}, {1, 0, 1, 0}});
  }

  @Test
  void everythingButTheVocabularyHasADefault() {
    BoW bow = BoW.load(FakeModuleDir.of("{\"vocab\": [\"a\", \"B\"]}"));

    assertThat(bow.settings()).isEqualTo("2 words, cumulative_term_frequency=true");
    assertThat(bow.maxSeqLength()).isEqualTo(Integer.MAX_VALUE);
    assertThat(vectors(bow, TextBatch.of(List.of("B a B b"))))
        .isDeepEqualTo(new float[][] {{1, 2}});
  }

  @Test
  void aFileIsReadAndWrittenAgain() {
    String json =
        """
        {
          "vocab": [
            "a",
            "ü"
          ],
          "word_weights": {
            "ü": 1.5,
            "a": 0.1
          },
          "unknown_word_weight": 0.5,
          "cumulative_term_frequency": false
        }
        """;

    ModuleSpec spec = BoW.load(FakeModuleDir.of(json)).spec();

    assertThat(spec.type()).isEqualTo("BoW");
    assertThat(spec.tensors()).isEmpty();
    assertThat(spec.texts()).containsExactly(Map.entry("config.json", json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | required key \"vocab\" is missing",
        "{\"vocab\": null} | required key \"vocab\" is missing",
        "{\"vocab\": []} | BoW needs a vocabulary of at least one word",
        "{\"vocab\": \"a\"} | \"vocab\" must be a list of strings",
        "{\"vocab\": [\"a\", 2]} | \"vocab\" must be a list of strings, but item 1 is none",
        "{\"vocab\": [\"a\"], \"word_weights\": [1]} "
            + "| \"word_weights\" must be an object, but is [1]",
        "{\"vocab\": [\"a\"], \"word_weights\": {\"a\": \"1\"}} "
            + "| \"a\" must be a number, but is \"1\"",
        "{\"vocab\": [\"a\"], \"word_weights\": {\"a\": null}} "
            + "| required key \"a\" is missing",
        "{\"vocab\": [\"a\"], \"unknown_word_weight\": true} "
            + "| \"unknown_word_weight\" must be a number, but is true",
        "{\"vocab\": [\"a\"], \"cumulative_term_frequency\": 1} "
            + "| \"cumulative_term_frequency\" must be true or false, but is 1",
        "{\"vocab\": [\"a\"], \"idf\": 1} | key \"idf\" is not known; known:"
            + " cumulative_term_frequency, unknown_word_weight, vocab, word_weights",
      })
  void aWrongConfigurationIsRefused(String json, String message) {
    assertThatThrownBy(() -> BoW.load(FakeModuleDir.of(json)))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/config.json: " + message);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> BoW.load(FakeModuleDir.of("bow.json", "{}")))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/config.json: no such file");
  }

  @Test
  void anEmptyVocabularyIsRefused() {
    assertThatThrownBy(() -> new BoW(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("BoW needs a vocabulary of at least one word");
  }

  @Test
  void aBatchThatNoArrayHoldsIsRefusedBeforeItIsMade() {
    BoW bow = new BoW(IntStream.range(0, 50_000).mapToObj(String::valueOf).toList());
    Tokens rows = bow.tokenize(TextBatch.of(Collections.nCopies(50_000, "")));

    try (NDManager batch = TestEngine.cpu()) {
      assertThatThrownBy(() -> bow.features(rows, batch))
          .isInstanceOf(EncodeException.class)
          .hasMessage(
              "50000 texts of 50000 words are more than one batch can hold; lower the batch tokens");
    }
  }

  @Test
  void aBatchHoldsFewerTextsTheWiderTheirVectorsAre() {
    List<String> words = IntStream.range(0, 1 << 17).mapToObj(i -> "w" + i).toList();

    assertThat(new BoW(words).batchTokens(Device.cpu())).isEqualTo(32);
    assertThat(new BoW(words.subList(0, 3)).batchTokens(Device.cpu())).isEqualTo(16_384);
  }
}
