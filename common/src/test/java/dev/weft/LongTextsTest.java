// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.module.Normalize;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.PromptPooling;
import dev.weft.module.Transformer;
import dev.weft.pipeline.Pipeline;
import dev.weft.pipeline.Stage;
import dev.weft.text.LongTexts;
import dev.weft.text.TextBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A split text against the vectors of its pieces, encoded one by one. */
class LongTextsTest {
  private static final int MAX = 12;
  private static final EncodeOptions SPLIT = EncodeOptions.DEFAULT.withLongTexts(LongTexts.SPLIT);

  /** Each is one token of the test models. */
  private static final List<String> WORDS =
      List.of("man", "woman", "dog", "playing", "black", "girl", "water", "snow", "field", "blue");

  private static String words(int count, int seed) {
    Random random = new Random(seed);
    return String.join(" ", random.ints(count, 0, WORDS.size()).mapToObj(WORDS::get).toList());
  }

  private static Embedder model(Stage... behind) {
    return Embedder.build(
        dev.weft.store.ModelSettings.DEFAULT,
        EmbedderOptions.DEFAULT.withWorkers(2).withBatchTokens(30),
        scope -> {
          List<Stage> stages = new ArrayList<>();
          stages.add(
              Transformer.builder(scope.folder(TestModel.of("pooling-mean").toString()))
                  .maxSeqLength(MAX)
                  .load());
          stages.addAll(Arrays.asList(behind));
          return new Pipeline(stages);
        });
  }

  private static Pooling mean() {
    return new Pooling(32, PoolingMode.MEAN);
  }

  /** Weighted by the words, which is not by the tokens of the windows. */
  private static float[] byHand(Embedder embedder, EncodeOptions options, String text, int room) {
    List<String> words = List.of(text.split(" "));
    double[] sum = new double[32];
    for (int from = 0; from < words.size(); from += room) {
      List<String> piece = words.subList(from, Math.min(from + room, words.size()));
      float[] vector = embedder.encode(List.of(String.join(" ", piece)), options)[0];
      for (int i = 0; i < sum.length; i++) {
        sum[i] += (double) piece.size() / words.size() * vector[i];
      }
    }
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) sum[i];
    }
    return mean;
  }

  private static float[] unit(float[] vector) {
    float length = (float) Math.sqrt(Vectors.dot(vector, vector));
    float[] unit = vector.clone();
    for (int i = 0; i < unit.length; i++) {
      unit[i] /= length;
    }
    return unit;
  }

  @Test
  void theVectorIsTheMeanOfItsWindowsWeightedByTheirWords() {
    List<String> texts = List.of(words(3, 1), words(10, 2), words(11, 3), words(27, 4), "");
    try (Embedder embedder = model(mean())) {
      float[][] actual = embedder.encode(texts, SPLIT);

      assertThat(embedder.pipeline().tokenize(TextBatch.of(List.of(words(10, 2)))).length(0))
          .isEqualTo(MAX);
      for (int i = 0; i < 4; i++) {
        float[] expected = byHand(embedder, EncodeOptions.DEFAULT, texts.get(i), MAX - 2);
        Golden.assertClose(actual[i], expected, 1e-5, "text %d", i);
      }
      Golden.assertClose(actual[4], embedder.encode(List.of(""))[0], 1e-5, "empty");
      assertThat(actual[3]).isNotEqualTo(embedder.encode(texts)[3]);
    }
  }

  @Test
  void behindNormalizeTheMeanIsOfLengthOneAgain() {
    String text = words(25, 5);
    try (Embedder embedder = model(mean(), new Normalize())) {
      float[] actual = embedder.encode(List.of(text), SPLIT)[0];

      float[] mean = byHand(embedder, EncodeOptions.DEFAULT, text, MAX - 2);
      assertThat(Vectors.dot(mean, mean)).isLessThan(0.999);
      Golden.assertClose(actual, unit(mean), 1e-5, "of length one");
    }
  }

  @Test
  void everyWindowHasThePromptWhichMayNotCount() {
    String text = words(19, 6);
    EncodeOptions prompted = EncodeOptions.DEFAULT.withPrompt("the girl: ");
    Pooling excluding = new Pooling(32, List.of(PoolingMode.MEAN), PromptPooling.EXCLUDE);
    for (Pooling pooling : List.of(mean(), excluding)) {
      try (Embedder embedder = model(pooling)) {
        float[] actual = embedder.encode(List.of(text), prompted.withLongTexts(LongTexts.SPLIT))[0];

        // Two special tokens and three of the prompt.
        Golden.assertClose(actual, byHand(embedder, prompted, text, MAX - 5), 1e-5, "prompted");
      }
    }
  }

  @Test
  void aSplitVectorIsCutAndScaledLikeAnyOther() {
    String text = words(30, 7);
    try (Embedder embedder = model(mean())) {
      float[] actual = embedder.encode(List.of(text), SPLIT.withTruncateDim(8).normalized())[0];

      float[] mean = byHand(embedder, EncodeOptions.DEFAULT, text, MAX - 2);
      Golden.assertClose(actual, unit(Arrays.copyOf(mean, 8)), 1e-5, "cut");
    }
  }

  @Test
  void countsAreOfTextsNotOfWindows() {
    List<String> texts = List.of(words(5, 8), words(35, 9), words(40, 10));
    EncodeMeter meter = new EncodeMeter();
    List<Long> progress = Collections.synchronizedList(new ArrayList<>());
    try (Embedder embedder = model(mean())) {
      embedder.encode(
          texts, SPLIT.withMeter(meter).withProgress((done, total) -> progress.add(done)));
    }
    EncodeCounters counted = meter.counters();
    assertThat(counted.texts()).isEqualTo(3);
    assertThat(counted.truncated()).isZero();
    // 1 + 4 + 4 windows.
    assertThat(counted.tokens()).isEqualTo(5 + 35 + 40 + 9 * 2);
    assertThat(progress).last().isEqualTo(3L);
  }

  @Test
  void aWindowThatFailsFailsItsTextOnce() {
    List<String> texts = List.of(words(35, 11), words(25, 12) + " horse", words(4, 13));
    Outcomes outcomes = new Outcomes();
    long horse;
    try (Embedder embedder = model(mean())) {
      horse = embedder.pipeline().tokenize(TextBatch.of(List.of("horse"))).id(0, 1);
    }
    try (Embedder embedder = model(Tripwire.onToken(horse, "kicked"), mean())) {
      embedder.encode(texts, SPLIT, outcomes);

      assertThat(outcomes.failures.keySet()).containsExactly(1);
      assertThat(outcomes.vectors.keySet()).containsExactly(0, 2);
      Golden.assertClose(
          outcomes.vectors.get(0),
          byHand(embedder, EncodeOptions.DEFAULT, texts.get(0), MAX - 2),
          1e-5,
          "whole");
    }
  }

  @Test
  void theVectorsOfTokensCannotBeSplit() {
    try (Embedder embedder = model(mean())) {
      assertThatThrownBy(() -> embedder.encodeTokens(List.of("a"), SPLIT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the vectors of tokens cannot be split; let long texts be cut or fail");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"static", "words-mean"})
  void modelsOfAnotherKindWithoutALengthAreNotSplit(String parityCase) {
    List<String> texts = TestModel.texts(parityCase);
    try (Embedder embedder = Embedder.load(TestModel.of(parityCase).toString())) {
      float[][] cut = embedder.encode(texts);
      float[][] split = embedder.encode(texts, SPLIT);
      for (int i = 0; i < cut.length; i++) {
        Golden.assertClose(split[i], cut[i], 1e-6, "text %d", i);
      }
    }
  }

  @Test
  void theWaysHaveTheirNames() {
    assertThat(EncodeOptions.DEFAULT.withLongTexts("split").longTexts()).isEqualTo(LongTexts.SPLIT);
    assertThatThrownBy(() -> EncodeOptions.DEFAULT.withLongTexts("SPLIT"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("it must be cut, report, fail or split");
  }
}
