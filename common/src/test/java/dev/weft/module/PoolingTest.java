// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PoolingTest {
  private static final Numbers NUMBERS = Golden.read("pooling", Numbers.class);

  /** 1_Pooling/config.json of all-MiniLM-L6-v2, written by release 2.0. */
  private static final String MINI_LM =
      """
      {
        "word_embedding_dimension": 384,
        "pooling_mode_cls_token": false,
        "pooling_mode_mean_tokens": true,
        "pooling_mode_max_tokens": false,
        "pooling_mode_mean_sqrt_len_tokens": false
      }
      """;

  /** As releases 2.3 to 5.3 write it. */
  private static final String RELEASE_2_3 =
      """
      {
        "word_embedding_dimension": 384,
        "pooling_mode_cls_token": true,
        "pooling_mode_mean_tokens": false,
        "pooling_mode_max_tokens": false,
        "pooling_mode_mean_sqrt_len_tokens": false,
        "pooling_mode_weightedmean_tokens": false,
        "pooling_mode_lasttoken": false,
        "include_prompt": false
      }
      """;

  /** Random token embeddings (4, 5, 3) of rows with 5, 2, 0 and 3 tokens. */
  private record Numbers(int[] lengths, float[][][] token_embeddings, List<Case> cases) {}

  /** What the reference makes of them; null where no position counts. */
  record Case(List<String> mode, String side, int prompt_length, float[][] vectors) {
    PaddingSide padding() {
      return PaddingSide.valueOf(side.toUpperCase(Locale.ROOT));
    }

    Pooling pooling() {
      List<PoolingMode> modes = mode.stream().map(m -> PoolingMode.find(m).orElseThrow()).toList();
      PromptPooling prompt = prompt_length > 0 ? PromptPooling.EXCLUDE : PromptPooling.INCLUDE;
      return new Pooling(3, modes, prompt);
    }

    @Override
    public String toString() {
      return mode + " " + side + " " + prompt_length;
    }
  }

  static Stream<Case> cases() {
    return NUMBERS.cases().stream();
  }

  @Test
  void everyModeIsThereOnBothSidesWithAndWithoutAPrompt() {
    assertThat(cases()).hasSize(28);
    assertThat(cases().flatMap(c -> c.mode().stream()).distinct())
        .containsExactlyInAnyOrderElementsOf(PoolingMode.configNames());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void poolsAsTheReferenceDoesAndLeavesZerosWhereNothingCounts(Case expected) {
    try (NDManager batch = TestEngine.cpu()) {
      Features features = features(batch, expected.padding());
      if (expected.prompt_length() > 0) {
        features = features.with(Features.PROMPT_LENGTH, expected.prompt_length());
      }

      NDArray pooled = expected.pooling().forward(features).get(Features.SENTENCE_EMBEDDING);

      int width = 3 * expected.mode().size();
      assertThat(pooled.getShape()).isEqualTo(new Shape(4, width));
      for (int row = 0; row < 4; row++) {
        float[] vector = expected.vectors()[row];
        float[] wanted = vector == null ? new float[width] : vector;
        Golden.assertClose(pooled.get(row).toFloatArray(), wanted, 1e-6, "row %d", row);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aFullBatchPoolsAsItsRowsAlone(Case any) {
    try (NDManager batch = TestEngine.cpu()) {
      float[][] row = NUMBERS.token_embeddings()[0];
      NDArray tokens = batch.create(row).reshape(1, 5, 3);
      AttentionMask mask = AttentionMask.of(new int[] {5}, 5, any.padding());
      Features features =
          Features.empty()
              .with(Features.TOKEN_EMBEDDINGS, tokens)
              .with(Features.ATTENTION_MASK, mask)
              .with(Features.PROMPT_LENGTH, any.prompt_length());

      NDArray pooled = any.pooling().forward(features).get(Features.SENTENCE_EMBEDDING);

      Golden.assertClose(pooled.toFloatArray(), any.vectors()[0], 1e-6, "row 0");
    }
  }

  @Test
  void theTokenEmbeddingsStayAsTheyAre() {
    try (NDManager batch = TestEngine.cpu()) {
      Features features = features(batch, PaddingSide.LEFT);
      float[] before = features.get(Features.TOKEN_EMBEDDINGS).toFloatArray();

      List<PoolingMode> all = List.of(PoolingMode.values());
      new Pooling(3, all, PromptPooling.INCLUDE).forward(features);

      assertThat(features.get(Features.TOKEN_EMBEDDINGS).toFloatArray()).isEqualTo(before);
    }
  }

  @Test
  void aPromptThatIsIncludedCounts() {
    try (NDManager batch = TestEngine.cpu()) {
      Features features = features(batch, PaddingSide.RIGHT).with(Features.PROMPT_LENGTH, 2);

      NDArray pooled =
          new Pooling(3, PoolingMode.CLS).forward(features).get(Features.SENTENCE_EMBEDDING);

      assertThat(pooled.get(0).toFloatArray()).containsExactly(NUMBERS.token_embeddings()[0][0]);
    }
  }

  @Test
  void missingFeaturesAreNamed() {
    Features features =
        Features.empty()
            .with(Features.ATTENTION_MASK, AttentionMask.of(new int[] {1}, 1, PaddingSide.RIGHT));

    assertThatThrownBy(() -> new Pooling(3, PoolingMode.MEAN).forward(features))
        .isInstanceOf(EncodeException.class)
        .hasMessage("needs token_embeddings, but the features hold [attention_mask]");
  }

  static Stream<Arguments> configurations() {
    return Stream.of(
        arguments("mean, include_prompt=true", 1, MINI_LM),
        arguments("cls, include_prompt=false", 1, RELEASE_2_3),
        arguments(
            "weightedmean, include_prompt=true",
            1,
            """
            {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": false,
             "pooling_mode_weightedmean_tokens": true}
            """),
        arguments(
            "lasttoken, include_prompt=true",
            1,
            """
            {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": false,
             "pooling_mode_lasttoken": true}
            """),
        // Several are concatenated in the order of the code, not of the file.
        arguments(
            "cls+max+mean, include_prompt=true",
            3,
            """
            {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": true,
             "pooling_mode_max_tokens": true, "pooling_mode_cls_token": true}
            """),
        arguments(
            "cls+mean, include_prompt=true",
            2,
            """
            {"word_embedding_dimension": 384, "pooling_mode_cls_token": true}
            """),
        arguments(
            "mean, include_prompt=true",
            1,
            """
            {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": false}
            """),
        // From 5.4 on
        arguments(
            "max, include_prompt=true",
            1,
            """
            {"embedding_dimension": 384, "pooling_mode": "max", "include_prompt": true}
            """),
        arguments(
            "mean_sqrt_len_tokens+cls, include_prompt=true",
            2,
            """
            {"embedding_dimension": 384, "pooling_mode": ["mean_sqrt_len_tokens", "cls"]}
            """),
        // A name wins over flags.
        arguments(
            "cls, include_prompt=true",
            1,
            """
            {"word_embedding_dimension": 384, "pooling_mode": "cls",
             "pooling_mode_mean_tokens": true}
            """));
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void everyFormOfTheConfigurationIsRead(String settings, int modes, String json) {
    Pooling pooling = Pooling.load(FakeModuleDir.of(json));

    assertThat(pooling.settings()).isEqualTo(settings);
    assertThat(pooling.width(384)).isEqualTo(modes * 384);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"median\"         | pooling_mode \"median\" is not known",
        "[\"mean\", \"Max\"]| pooling_mode \"Max\" is not known",
        "[]                 | \"pooling_mode\" is empty",
      })
  void anUnknownModeListsTheKnownOnes(String mode, String message) {
    String json = "{\"embedding_dimension\": 8, \"pooling_mode\": %s}".formatted(mode);

    assertThatThrownBy(() -> Pooling.load(FakeModuleDir.of(json)))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "fake/config.json: "
                + message
                + "; known: [cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"pooling_mode\": \"mean\"} | required key \"embedding_dimension\" is missing",
        "{\"embedding_dimension\": 8, \"pooling_mode\": 3}"
            + "| \"pooling_mode\" must be a string or a list of strings, but is 3",
        "{\"embedding_dimension\": 8, \"include_prompt\": \"no\"}"
            + "| \"include_prompt\" must be true or false, but is \"no\"",
        "{\"embedding_dimension\": 8.5} | must be a whole number, but is 8.5",
      })
  void aKeyOfAnotherTypeIsNamed(String json, String message) {
    assertThatThrownBy(() -> Pooling.load(FakeModuleDir.of(json)))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("fake/config.json: ")
        .hasMessageEndingWith(message);
  }

  @Test
  void vectorsOfAnotherWidthAreRefused() {
    assertThatThrownBy(() -> new Pooling(8, PoolingMode.MEAN).width(9))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "takes vectors of embedding_dimension 8, but the modules before it make vectors of 9");
  }

  @Test
  void atLeastOneModeIsNeeded() {
    assertThatThrownBy(() -> new Pooling(8, List.of(), PromptPooling.INCLUDE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Pooling needs at least one mode");
  }

  private static Features features(NDManager batch, PaddingSide side) {
    NDArray[] rows =
        Stream.of(NUMBERS.token_embeddings()).map(batch::create).toArray(NDArray[]::new);
    NDArray tokens = NDArrays.stack(new NDList(rows));
    return Features.empty()
        .with(Features.TOKEN_EMBEDDINGS, tokens)
        .with(Features.ATTENTION_MASK, AttentionMask.of(NUMBERS.lengths(), 5, side));
  }
}
