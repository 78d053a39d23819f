// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CNNTest {
  private static final Numbers NUMBERS = Golden.read("cnn", Numbers.class);
  private static final int IN = 3;

  /** Random token embeddings of texts of 5, 2, 8, 0, 1 and 6 tokens. */
  private record Numbers(float[][][] texts, List<Case> cases) {}

  /** What the reference makes of them; null where a text is too short for a kernel. */
  record Case(Map<String, Object> config, Map<String, GoldenTensor> weights, List<Text> texts) {
    int width() {
      return 2 * ((List<?>) config.get("kernel_sizes")).size();
    }

    @Override
    public String toString() {
      return config.get("kernel_sizes") + " " + config.get("stride_sizes");
    }
  }

  /** One text alone: its tokens, and their pooling; null where the prompt is all there is. */
  record Text(float[][] tokens, float[] mean, float[] max_lasttoken_without_prompt) {}

  static Stream<Arguments> cases() {
    return NUMBERS.cases().stream()
        .flatMap(c -> Arrays.stream(PaddingSide.values()).map(side -> arguments(c, side)));
  }

  private NDManager batch;

  @BeforeEach
  void start() {
    batch = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    batch.close();
  }

  private CNN loaded(Case from) {
    return loaded(GoldenTensor.json(from.config()), from.weights());
  }

  private CNN loaded(String json, Map<String, GoldenTensor> weights) {
    Map<String, NDArray> tensors = GoldenTensor.arrays(weights, batch);
    return CNN.load(new FakeModuleDir(Map.of("cnn_config.json", json), tensors));
  }

  private Features texts(PaddingSide side, int... rows) {
    float[][][] chosen =
        Arrays.stream(rows).mapToObj(i -> NUMBERS.texts()[i]).toArray(float[][][]::new);
    return RaggedBatch.of(chosen, IN, side, batch);
  }

  private float[][] pool(Features features, int width, PromptPooling prompt, PoolingMode... modes) {
    NDArray pooled =
        new Pooling(width, List.of(modes), prompt)
            .forward(features)
            .get(Features.SENTENCE_EMBEDDING);
    float[][] rows = new float[(int) pooled.getShape().get(0)][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = pooled.get(row).toFloatArray();
    }
    return rows;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aTextInABatchGetsWhatTheReferenceGivesItAlone(Case expected, PaddingSide side) {
    Features after = loaded(expected).forward(texts(side, 0, 1, 2, 3, 4, 5));

    NDArray tokens = after.get(Features.TOKEN_EMBEDDINGS);
    AttentionMask mask = after.get(Features.ATTENTION_MASK);
    float[][] mean = pool(after, expected.width(), PromptPooling.INCLUDE, PoolingMode.MEAN);
    float[][] cut =
        pool(
            after.with(Features.PROMPT_LENGTH, 1),
            expected.width(),
            PromptPooling.EXCLUDE,
            PoolingMode.MAX,
            PoolingMode.LASTTOKEN);
    assertThat(tokens.getShape()).isEqualTo(new Shape(6, mask.width(), expected.width()));
    for (int row = 0; row < mask.rows(); row++) {
      Text text = expected.texts().get(row);
      if (text == null) {
        assertThat(mask.length(row)).isZero();
        RaggedBatch.assertZeros(mean[row]);
        RaggedBatch.assertZeros(cut[row]);
        continue;
      }
      assertThat(mask.from(row)).isZero();
      assertThat(mask.length(row)).isEqualTo(text.tokens().length);
      for (int t = 0; t < text.tokens().length; t++) {
        Golden.assertClose(
            RaggedBatch.vector(tokens, row, t), text.tokens()[t], 1e-5, "row %d at %d", row, t);
      }
      Golden.assertClose(mean[row], text.mean(), 1e-5, "mean of row %d", row);
      if (text.max_lasttoken_without_prompt() != null) {
        Golden.assertClose(
            cut[row], text.max_lasttoken_without_prompt(), 1e-5, "without prompt, row %d", row);
      } else {
        RaggedBatch.assertZeros(cut[row]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(PaddingSide.class)
  void theInputStays(PaddingSide side) {
    Features before = texts(side, 0, 1, 4);
    float[] numbers = before.get(Features.TOKEN_EMBEDDINGS).toFloatArray();

    loaded(NUMBERS.cases().get(3)).forward(before);

    assertThat(before.get(Features.TOKEN_EMBEDDINGS).toFloatArray()).isEqualTo(numbers);
    assertThat(before.get(Features.ATTENTION_MASK).width()).isEqualTo(5);
  }

  @Test
  void aMaskOfAnotherWidthCountsNothingOut() {
    CNN cnn = loaded(NUMBERS.cases().get(3));
    Features one = texts(PaddingSide.RIGHT, 5);
    Features other = one.with(Features.ATTENTION_MASK, AttentionMask.full(1, 4));

    Features after = cnn.forward(other);

    assertThat(after.get(Features.ATTENTION_MASK).length(0)).isEqualTo(3);
    assertThat(after.get(Features.TOKEN_EMBEDDINGS).toFloatArray())
        .isEqualTo(cnn.forward(one).get(Features.TOKEN_EMBEDDINGS).toFloatArray());
  }

  @Test
  void aBatchWithoutALongEnoughTextIsZeros() {
    Case even = NUMBERS.cases().get(1);

    Features after = loaded(even).forward(texts(PaddingSide.RIGHT, 3, 4));

    assertThat(after.get(Features.ATTENTION_MASK).width()).isEqualTo(1);
    assertThat(after.get(Features.TOKEN_EMBEDDINGS).getShape()).isEqualTo(new Shape(2, 1, 4));
    assertThat(after.get(Features.TOKEN_EMBEDDINGS).toFloatArray()).containsOnly(0f);
    RaggedBatch.assertZeros(pool(after, 4, PromptPooling.INCLUDE, PoolingMode.MAX)[1]);
  }

  @ParameterizedTest
  @CsvSource({"1 2,1 1,'[1, 2]','[1, 1]','8, 7'", "3 3,2 3,'[3, 3]','[2, 3]','4, 3'"})
  void positionsThatDoNotFitSideBySideAreRefused(
      String kernels, String strides, String kernelList, String strideList, String made) {
    CNN cnn =
        CNN.builder(IN)
            .outChannels(2)
            .kernelSizes(Arrays.stream(kernels.split(" ")).mapToInt(Integer::parseInt).toArray())
            .strideSizes(Arrays.stream(strides.split(" ")).mapToInt(Integer::parseInt).toArray())
            .build(batch);

    assertThatThrownBy(() -> cnn.forward(texts(PaddingSide.RIGHT, 3, 2)))
        .isInstanceOf(EncodeException.class)
        .hasMessage(
            "of a text of 8 tokens kernel_sizes "
                + kernelList
                + " with stride_sizes "
                + strideList
                + " make "
                + made
                + " positions, which do not fit side by side; kernel sizes that are all odd or all"
                + " even and equal strides do");
  }

  @Test
  void withoutTokensItFails() {
    CNN cnn = CNN.builder(IN).outChannels(2).build(batch);

    assertThatThrownBy(() -> cnn.forward(Features.empty()))
        .isInstanceOf(EncodeException.class)
        .hasMessage("needs token_embeddings, but the features hold []");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void savesWhatTheReferenceSaves(Case saved, PaddingSide side) {
    GoldenTensor.assertSaved(
        loaded(saved).spec(), "cnn_config.json", saved.config(), saved.weights());
    String old = GoldenTensor.json(GoldenTensor.old(saved.config()));
    GoldenTensor.assertSaved(
        loaded(old, saved.weights()).spec(), "cnn_config.json", saved.config(), saved.weights());
  }

  @Test
  void withoutStridesAsRelease60SavesEveryStrideIsOne() {
    Case saved = NUMBERS.cases().get(3);
    Map<String, Object> config = new LinkedHashMap<>(saved.config());
    config.remove("stride_sizes");

    CNN cnn = loaded(GoldenTensor.json(config), saved.weights());

    assertThat(cnn.settings()).isEqualTo("3 -> 6, kernel_sizes=[1, 3, 5], stride_sizes=[1, 1, 1]");
    Text expected = NUMBERS.cases().get(0).texts().get(0);
    assertThat(cnn.forward(texts(PaddingSide.RIGHT, 0)).get(Features.ATTENTION_MASK).length(0))
        .isEqualTo(expected.tokens().length);
  }

  @Test
  void fromScratchItHasTheDefaultsAndWeightsOfTheFanIn() {
    ModuleSpec spec = CNN.builder(IN).seed(3).build(batch).spec();

    assertThat(spec.texts().get("cnn_config.json").replaceAll("\\s", ""))
        .isEqualTo(
            "{\"in_word_embedding_dimension\":3,\"out_channels\":256,"
                + "\"kernel_sizes\":[1,3,5],\"stride_sizes\":[1,1,1]}");
    for (int i = 0; i < 3; i++) {
      int kernel = 2 * i + 1;
      float[] weight = GoldenTensor.floats(spec.tensors().get("convs." + i + ".weight"));
      float[] bias = GoldenTensor.floats(spec.tensors().get("convs." + i + ".bias"));
      double bound = 1 / Math.sqrt(IN * kernel);
      assertThat(weight).hasSize(256 * IN * kernel);
      assertThat(bias).hasSize(256);
      for (float[] values : List.of(weight, bias)) {
        double largest = 0;
        for (float value : values) {
          largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isBetween(0.97 * bound, bound);
      }
    }
    assertThat(floats(CNN.builder(IN).seed(3).build(batch))).isEqualTo(floats(spec));
    assertThat(floats(CNN.builder(IN).seed(4).build(batch))).isNotEqualTo(floats(spec));
  }

  private static float[] floats(CNN cnn) {
    return floats(cnn.spec());
  }

  private static float[] floats(ModuleSpec spec) {
    return GoldenTensor.floats(spec.tensors().get("convs.2.weight"));
  }

  @Test
  void itsWidthIsThatOfAllKernels() {
    CNN cnn = CNN.builder(IN).outChannels(4).kernelSizes(1, 3).build(batch);

    assertThat(cnn.width(IN)).isEqualTo(8);
    assertThatThrownBy(() -> cnn.width(5))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "takes vectors of in_embedding_dimension 3, but the modules before it make vectors of"
                + " 5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | required key \"in_embedding_dimension\" is missing",
        "\"in_embedding_dimension\": 0 | in_embedding_dimension must be at least 1, but is 0",
        "\"in_embedding_dimension\": 3, \"out_channels\": 0 "
            + "| out_channels must be at least 1, but is 0",
        "\"in_embedding_dimension\": 3, \"kernel_sizes\": [] "
            + "| kernel_sizes is empty; a CNN needs at least one",
        "\"in_embedding_dimension\": 3, \"kernel_sizes\": [0, 1] "
            + "| kernel_sizes must be at least 1, but is 0",
        "\"in_embedding_dimension\": 3, \"stride_sizes\": [1, 0, 1] "
            + "| stride_sizes must be at least 1, but is 0",
        "\"in_embedding_dimension\": 3, \"stride_sizes\": [1, 1] "
            + "| stride_sizes must hold one value for each of kernel_sizes [1, 3, 5], but is [1, 1]",
        "\"in_embedding_dimension\": 3, \"padding\": 1 "
            + "| key \"padding\" is not known; known: in_embedding_dimension,"
            + " in_word_embedding_dimension, kernel_sizes, out_channels, stride_sizes"
      })
  void aWrongConfigurationIsRefused(String json, String message) {
    assertThatThrownBy(() -> loaded("{" + json + "}", Map.of()))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/cnn_config.json: " + message);
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThatThrownBy(() -> CNN.builder(IN).kernelSizes(1, -1).build(batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel_sizes must be at least 1, but is -1");
  }

  @Test
  void tensorsOfAnotherKernelAreRefused() {
    Case saved = NUMBERS.cases().get(0);
    String json = "{\"in_embedding_dimension\": 3, \"out_channels\": 2, \"kernel_sizes\": [1, 3]}";

    assertThatThrownBy(() -> loaded(json, saved.weights()))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "fake/model.safetensors: tensor \"convs.2.bias\" belongs to no part of the module as"
                + " its configuration describes it");
    assertThatThrownBy(() -> loaded(json, Map.of()))
        .isInstanceOf(ModelException.class)
        .hasMessage("no tensor convs.0.weight");
  }
}
