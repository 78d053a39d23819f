// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Embedder;
import dev.weft.EmbedderOptions;
import dev.weft.EncodeOptions;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.TestModel;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Pipeline;
import dev.weft.store.ModelScope;
import dev.weft.text.TextBatch;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StaticEmbeddingTest {
  private static final Path ROOT = Path.of("src/test/resources/golden/static");
  private static final int WIDTH = 6;

  private record File(List<String> texts, List<Case> cases) {}

  private record Case(String name, float[][] vectors, float[][] prompted, float[][] alone) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final File GOLDEN = Golden.read("static", File.class);

  private NDManager device;

  static List<Case> cases() {
    return GOLDEN.cases();
  }

  @BeforeEach
  void start() {
    device = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    device.close();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aDirectoryGivesTheNumbersOfTheReference(Case golden) {
    try (Embedder embedder = Embedder.load(ROOT.resolve(golden.name()).toString())) {
      assertRows(embedder.encode(GOLDEN.texts()), golden.vectors());
      EncodeOptions prompt = EncodeOptions.DEFAULT.withPrompt("query: ");
      assertRows(embedder.encode(GOLDEN.texts(), prompt), golden.prompted());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fromModel2VecAddsNoNormalize(Case golden) {
    assertRows(vectors(StaticEmbedding.fromModel2Vec(folder(golden.name()))), golden.alone());
  }

  @Test
  void textsWithoutTokensAreZeroVectors() {
    try (Embedder embedder = Embedder.load(ROOT.resolve("half").toString())) {
      assertThat(embedder.encode(List.of("", " "))).isDeepEqualTo(new float[2][WIDTH]);
      assertThat(embedder.encode(List.of())).isEmpty();
    }
  }

  @Test
  void nothingIsPaddedAndBatchesAreLarge() {
    try (Embedder embedder = Embedder.load(ROOT.resolve("half").toString())) {
      embedder.encode(GOLDEN.texts());

      assertThat(embedder.batchTokens(EncodeOptions.DEFAULT)).isEqualTo(16_384);
      assertThat(embedder.counters().batches()).isEqualTo(1);
      assertThat(embedder.counters().tokens()).isGreaterThan(GOLDEN.texts().size());
      assertThat(embedder.counters().paddedTokens()).isEqualTo(embedder.counters().tokens());
      assertThat(embedder.pipeline().maxSeqLength()).isEqualTo(Integer.MAX_VALUE);
      assertThat(embedder.pipeline().stages().get(0).settings()).isEqualTo(rows() + " tokens");
    }
    EmbedderOptions small = EmbedderOptions.DEFAULT.withBatchTokens(7);
    try (Embedder embedder = Embedder.load(ROOT.resolve("half").toString(), small)) {
      assertThat(embedder.batchTokens(EncodeOptions.DEFAULT)).isEqualTo(7);
    }
  }

  @Test
  void weightsAreTakenAsTheyAre() {
    float[] table = random(rows() * 3);

    StaticEmbedding built = StaticEmbedding.builder(folder("half")).weights(table, 3).build();

    int[] ids = built.tokenize(TextBatch.of(List.of("the cat"))).flat();
    float[] expected = new float[3];
    for (int i = 0; i < 3; i++) {
      expected[i] = (table[ids[0] * 3 + i] + table[ids[1] * 3 + i]) / 2;
    }
    assertThat(ids).hasSize(2);
    Golden.assertClose(vectors(built, "the cat")[0], expected, 1e-6, "the mean of two rows");
    assertThat(built.width(0)).isEqualTo(3);
    built.close();
  }

  @Test
  void randomRowsAreNormalAndFollowFromTheSeed() {
    float[] first =
        table(StaticEmbedding.builder(folder("half")).embeddingDim(200).seed(5).build());
    float[] again =
        table(StaticEmbedding.builder(folder("half")).embeddingDim(200).seed(5).build());
    float[] other =
        table(StaticEmbedding.builder(folder("half")).embeddingDim(200).seed(6).build());

    assertThat(first).hasSize(rows() * 200).isEqualTo(again).isNotEqualTo(other);
    double mean = 0;
    double square = 0;
    for (float value : first) {
      mean += value / first.length;
      square += value * value / first.length;
    }
    assertThat(mean).isBetween(-0.05, 0.05);
    assertThat(square).isBetween(0.95, 1.05);
  }

  @Test
  void weightsWinOverADimension() {
    StaticEmbedding built =
        StaticEmbedding.builder(folder("half"))
            .embeddingDim(9)
            .weights(random(rows() * 3), 3)
            .embeddingDim(9)
            .build();

    assertThat(built.width(0)).isEqualTo(3);
    built.close();
  }

  @Test
  void neitherWeightsNorDimensionIsRefused() {
    assertThatThrownBy(() -> StaticEmbedding.builder(folder("half")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Either `embedding_weights` or `embedding_dim` must be provided.");
    assertThatThrownBy(() -> StaticEmbedding.builder(folder("half")).embeddingDim(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("embedding_dim must be positive, but is 0");
  }

  @ParameterizedTest
  @CsvSource({"7, 2", "0, 2", "4, 0", "4, -1"})
  void weightsThatAreNoRowsAreRefused(int length, int dimension) {
    assertThatThrownBy(
            () -> StaticEmbedding.builder(folder("half")).weights(new float[length], dimension))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "embedding_weights must be rows of a positive dimension, but are %d values in rows of %d"
                .formatted(length, dimension));
  }

  @Test
  void fewerRowsThanTokensAreRefused() {
    StaticEmbeddingBuilder builder =
        StaticEmbedding.builder(folder("half")).weights(new float[4 * 3], 3);

    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("embedding_weights have 4 rows, but the tokenizer has " + rows() + " tokens");
  }

  @Test
  void aFolderWithoutAFastTokenizerSaysHowToMakeOne(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("vocab.txt"), "a\nb\n");
    ModuleDir dir = new ModelScope(device).folder(folder.toString());

    assertThatThrownBy(() -> StaticEmbedding.builder(dir).embeddingDim(3).build())
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "The tokenizer must be fast (i.e. Rust-backed) to use this class. There is no "
                + folder.resolve("tokenizer.json")
                + "; convert the tokenizer with AutoTokenizer.from_pretrained(…,"
                + " use_fast=True).save_pretrained(…)");
  }

  @Test
  void aFolderWithNothingButATokenizerWillDo(@TempDir Path folder) throws Exception {
    Files.copy(ROOT.resolve("half/tokenizer.json"), folder.resolve("tokenizer.json"));
    ModuleDir dir = new ModelScope(device).folder(folder.toString());

    StaticEmbedding built = StaticEmbedding.builder(dir).embeddingDim(3).build();

    assertThat(built.spec().texts())
        .containsExactly(
            Map.entry("tokenizer.json", Files.readString(folder.resolve("tokenizer.json"))));
    built.close();
  }

  @Test
  void aTableWithFewerRowsThanTokensIsRefused() {
    assertRefused(
        Map.of("embedding.weight", device.create(new Shape(5, 3))),
        "fake/tokenizer.json: has "
            + rows()
            + " tokens, but the weights beside it have only 5 rows; the two files are not of one"
            + " model");
  }

  @Test
  void aTableWithMoreRowsIsFine() {
    NDArray table = device.create(random((rows() + 7) * 3), new Shape(rows() + 7, 3));

    StaticEmbedding.load(fake(Map.of("embedding.weight", table))).close();
  }

  @Test
  void aTableOfAnotherShapeIsRefused() {
    assertRefused(
        Map.of("embeddings", device.create(new Shape(4, 3, 2))),
        "fake/: tensor \"embeddings\" must have a row for each token, but has the shape [4, 3, 2]");
    assertRefused(Map.of("linear.weight", device.create(new Shape(4, 3))), "no tensor embeddings");
  }

  @ParameterizedTest
  @CsvSource({"9", "-1", "NaN", "1e30"})
  void aMappingOutsideTheRowsIsRefused(float row) {
    float[] mapping = new float[rows()];
    mapping[4] = row;

    assertRefused(
        Map.of("embeddings", device.create(new Shape(9, 3)), "mapping", device.create(mapping)),
        "fake/: tensor \"mapping\" names row "
            + (int) row
            + " for token 4, but \"embeddings\" has 9 rows");
  }

  @Test
  void aMappingOfAnotherShapeIsRefused() {
    assertRefused(
        Map.of(
            "embeddings",
            device.create(new Shape(9, 3)),
            "mapping",
            device.create(new Shape(9, 2))),
        "fake/: tensor \"mapping\" must name one of at most 16777216 rows for each token, but has the"
            + " shape [9, 2] and there are 9 rows");
  }

  @Test
  void theSpecHoldsTheTableAndTheTokenizer() throws Exception {
    StaticEmbedding loaded = StaticEmbedding.load(folder("folded"));

    ModuleSpec spec = loaded.spec();

    assertThat(spec.type()).isEqualTo("StaticEmbedding");
    assertThat(spec.texts())
        .containsExactly(
            Map.entry("tokenizer.json", Files.readString(ROOT.resolve("folded/tokenizer.json"))));
    assertThat(spec.tensors()).containsOnlyKeys("embedding.weight");
    assertThat(spec.tensors().get("embedding.weight").shape()).containsExactly(rows(), WIDTH);
    loaded.close();
  }

  private ModuleDir folder(String name) {
    return new ModelScope(device).folder(ROOT.resolve(name).toString());
  }

  private static ModuleDir fake(Map<String, NDArray> tensors) {
    String json = new TestModel(ROOT.resolve("half")).read("tokenizer.json");
    return new FakeModuleDir(Map.of("tokenizer.json", json), new HashMap<>(tensors));
  }

  private static void assertRefused(Map<String, NDArray> tensors, String message) {
    assertThatThrownBy(() -> StaticEmbedding.load(fake(tensors)))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }

  /** The tokens of the golden tokenizer. */
  private int rows() {
    try (StaticEmbedding loaded = StaticEmbedding.load(folder("half"))) {
      return (int) loaded.spec().tensors().get("embedding.weight").shape()[0];
    }
  }

  private float[][] vectors(StaticEmbedding module, String... texts) {
    List<String> all = texts.length == 0 ? GOLDEN.texts() : Arrays.asList(texts);
    try (Pipeline pipeline = new Pipeline(List.of(module));
        NDManager batch = device.newSubManager()) {
      NDArray vectors =
          pipeline
              .forward(pipeline.tokenize(TextBatch.of(all)), batch)
              .get(Features.SENTENCE_EMBEDDING);
      float[] flat = vectors.toFloatArray();
      int width = (int) vectors.getShape().get(1);
      float[][] rows = new float[all.size()][];
      Arrays.setAll(rows, row -> Arrays.copyOfRange(flat, row * width, (row + 1) * width));
      return rows;
    }
  }

  private static float[] table(StaticEmbedding module) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (module) {
      module.spec().tensors().get("embedding.weight").writeTo(Channels.newChannel(bytes));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    float[] values = new float[bytes.size() / Float.BYTES];
    ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static float[] random(int length) {
    Random random = new Random(29);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void assertRows(float[][] actual, float[][] expected) {
    assertThat(actual).hasNumberOfRows(expected.length);
    for (int row = 0; row < expected.length; row++) {
      Golden.assertClose(actual[row], expected[row], 1e-6, "text %d", row);
    }
  }
}
