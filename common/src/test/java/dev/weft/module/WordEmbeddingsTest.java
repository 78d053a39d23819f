// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Embedder;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.TestModel;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Pipeline;
import dev.weft.store.WordVectorsFile;
import dev.weft.text.AttentionMask;
import dev.weft.text.PhraseTokenizer;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import dev.weft.text.TransformersTokenizerWrapper;
import dev.weft.text.WhitespaceTokenizer;
import dev.weft.text.WordTokenizer;
import dev.weft.text.WordTokenizerType;
import dev.weft.text.WordVectors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordEmbeddingsTest {
  private static final String CONFIG = "wordembedding_config.json";
  private static final String WHITESPACE = "whitespacetokenizer_config.json";
  private static final String TABLE = "emb_layer.weight";
  private static final String CLASS =
      "sentence_transformers.models.tokenizer.WhitespaceTokenizer.WhitespaceTokenizer";

  /** Rows 0 to 4; the padding's is not zero, as nothing says it is. */
  private static final float[][] ROWS = {
    {9, -9}, {0.5f, 1.25f}, {-2, 0.125f}, {3.5f, -1}, {0.75f, 4}
  };

  private static final List<String> VOCAB = List.of("pad", "cat", "dog", "New_York", "New");

  @TempDir Path folder;

  private NDManager device;

  @BeforeEach
  void start() {
    device = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    device.close();
  }

  private static WordVectors vectors() {
    float[] flat = new float[ROWS.length * 2];
    for (int row = 0; row < ROWS.length; row++) {
      System.arraycopy(ROWS[row], 0, flat, row * 2, 2);
    }
    return new WordVectors(VOCAB, 2, flat);
  }

  private static String config(String more) {
    return "{\"tokenizer_class\": \"" + CLASS + "\"" + more + "}";
  }

  private FakeModuleDir dir(String config) {
    Map<String, String> texts = new HashMap<>(Map.of(CONFIG, config));
    texts.put(WHITESPACE, WhitespaceTokenizer.of(VOCAB).text());
    return new FakeModuleDir(texts, Map.of(TABLE, device.create(ROWS)));
  }

  private static float[] row(int... ids) {
    float[] mean = new float[2];
    for (int id : ids) {
      for (int i = 0; i < 2; i++) {
        mean[i] += ROWS[id][i] / ids.length;
      }
    }
    return mean;
  }

  private float[][] pooled(WordEmbeddings words, PoolingMode mode, List<String> texts) {
    try (Pipeline pipeline = new Pipeline(List.of(words, new Pooling(words.width(0), mode)));
        NDManager batch = device.newSubManager()) {
      NDArray vectors =
          pipeline
              .forward(pipeline.tokenize(TextBatch.of(texts)), batch)
              .get(Features.SENTENCE_EMBEDDING);
      return IntStream.range(0, texts.size())
          .mapToObj(i -> vectors.get(i).toFloatArray())
          .toArray(float[][]::new);
    }
  }

  @Test
  void everyWordHasItsRowAndShorterTextsAreFilledWithRowZero() {
    try (WordEmbeddings words = WordEmbeddings.load(dir(config("")));
        NDManager batch = device.newSubManager()) {
      Tokens tokens = words.tokenize(TextBatch.of(List.of("Dog the cat!", "New", "")));

      Features features = words.forward(words.features(tokens, batch));

      AttentionMask mask = features.get(Features.ATTENTION_MASK);
      assertThat(features.get(Features.INPUT_IDS).toLongArray()).containsExactly(2, 1, 4, 0, 0, 0);
      assertThat(mask.toFloats()).containsExactly(1, 1, 1, 0, 0, 0);
      NDArray embeddings = features.get(Features.TOKEN_EMBEDDINGS);
      assertThat(embeddings.getShape()).isEqualTo(new Shape(3, 2, 2));
      assertThat(embeddings.toFloatArray())
          .containsExactly(-2, 0.125f, 0.5f, 1.25f, 0.75f, 4, 9, -9, 9, -9, 9, -9);
    }
  }

  @Test
  void aBatchOfOnlyEmptyTextsIsOnePositionWideAndZeroAfterPooling() {
    List<String> texts = List.of("", "the", "zzz");
    try (WordEmbeddings words = WordEmbeddings.load(dir(config("")));
        NDManager batch = device.newSubManager()) {
      Features features = words.features(words.tokenize(TextBatch.of(texts)), batch);

      assertThat(features.get(Features.INPUT_IDS).getShape()).isEqualTo(new Shape(3, 1));
      assertThat(features.get(Features.INPUT_IDS).toLongArray()).containsOnly(0);
      assertThat(features.get(Features.ATTENTION_MASK).toFloats()).containsExactly(0, 0, 0);
    }
    for (PoolingMode mode : PoolingMode.values()) {
      float[][] vectors = pooled(WordEmbeddings.load(dir(config(""))), mode, texts);
      for (float[] vector : vectors) {
        RaggedBatch.assertZeros(vector);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.2.0", "6.3.0.dev0", "7.0", "unknown"})
  void textsAreCutSinceTheRelease62(String release) {
    FakeModuleDir dir = dir(config(", \"max_seq_length\": 2")).writtenBy(release);
    List<String> texts = List.of("the cat dog New", "New", "dog cat cat");

    WordEmbeddings words = WordEmbeddings.load(dir);

    assertThat(words.maxSeqLength()).isEqualTo(2);
    assertThat(words.settings()).isEqualTo("5 words, max_seq_length=2");
    float[][] vectors = pooled(words, PoolingMode.MEAN, texts);
    Golden.assertClose(vectors[0], row(1, 2), 1e-6, "stop words do not count");
    Golden.assertClose(vectors[1], row(4), 1e-6, "short");
    Golden.assertClose(vectors[2], row(2, 1), 1e-6, "cut");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.0.0", "4.1.0", "5.4.0", "6.1.0", "6.1.9"})
  void olderReleasesCutNothing(String release) {
    FakeModuleDir dir = dir(config(", \"max_seq_length\": 2")).writtenBy(release);

    WordEmbeddings words = WordEmbeddings.load(dir);

    assertThat(words.maxSeqLength()).isEqualTo(1_000_000);
    float[][] vectors = pooled(words, PoolingMode.MEAN, List.of("cat dog New dog cat"));
    Golden.assertClose(vectors[0], row(1, 2, 4, 2, 1), 1e-6, "whole");
  }

  @Test
  void aFileThatIsReadIsWrittenAgain() {
    String config = config(", \"update_embeddings\": true, \"max_seq_length\": 3");
    try (WordEmbeddings words = WordEmbeddings.load(dir(config))) {
      ModuleSpec spec = words.spec();

      assertThat(spec.type()).isEqualTo("WordEmbeddings");
      assertThat(spec.texts()).containsOnlyKeys(CONFIG, WHITESPACE);
      assertThat(spec.texts().get(CONFIG))
          .isEqualTo(
              """
              {
                "tokenizer_class": "%s",
                "update_embeddings": true,
                "max_seq_length": 3
              }
              """
                  .formatted(CLASS));
      assertThat(spec.texts().get(WHITESPACE)).isEqualTo(WhitespaceTokenizer.of(VOCAB).text());
      assertThat(GoldenTensor.floats(spec.tensors().get(TABLE))).isEqualTo(vectors().values());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | required key \"tokenizer_class\" is missing",
        "{\"tokenizer_class\": 3} | \"tokenizer_class\" must be a string, but is 3",
        ", \"max_seq_length\": 0 | \"max_seq_length\" must be at least 1, but is 0",
        ", \"max_seq_length\": 1.5 | \"max_seq_length\" must be a whole number, but is 1.5",
        ", \"max_seq_length\": \"9\" | \"max_seq_length\" must be a number, but is \"9\"",
        ", \"update_embeddings\": 1 | \"update_embeddings\" must be true or false, but is 1",
      })
  void aWrongConfigurationIsRefused(String json, String message) {
    FakeModuleDir dir = dir(json.startsWith("{") ? json : config(json));

    assertThatThrownBy(() -> WordEmbeddings.load(dir))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/wordembedding_config.json: " + message);
  }

  @Test
  void anUnknownTokenizerListsTheKnownOnes() {
    FakeModuleDir dir = dir("{\"tokenizer_class\": \"my_code.WhitespaceTokenizer\"}");

    assertThatThrownBy(() -> WordEmbeddings.load(dir))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "fake/wordembedding_config.json: \"tokenizer_class\""
                + " \"my_code.WhitespaceTokenizer\" is not known; known: ["
                + CLASS)
        .hasMessageEndingWith("code of a model is never run");
  }

  @Test
  void aMissingFileIsNamed() {
    Map<String, NDArray> table = Map.of(TABLE, device.create(ROWS));

    assertThatThrownBy(
            () -> WordEmbeddings.load(new FakeModuleDir(Map.of(CONFIG, config("")), table)))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/whitespacetokenizer_config.json: no such file");
    assertThatThrownBy(() -> WordEmbeddings.load(FakeModuleDir.of("{}")))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/wordembedding_config.json: no such file");
    assertThatThrownBy(
            () -> WordEmbeddings.load(new FakeModuleDir(dir(config("")).texts(), Map.of())))
        .isInstanceOf(ModelException.class)
        .hasMessage("no tensor emb_layer.weight");
  }

  @ParameterizedTest
  @CsvSource({"'4,2', '[4, 2]'", "10, [10]", "'5,2,1', '[5, 2, 1]'"})
  void aTableThatHasNoRowForEveryWordIsRefused(String sizes, String printed) {
    long[] shape = List.of(sizes.split(",")).stream().mapToLong(Long::parseLong).toArray();
    NDArray table = device.create(new Shape(shape));
    FakeModuleDir dir = new FakeModuleDir(dir(config("")).texts(), Map.of(TABLE, table));

    assertThatThrownBy(() -> WordEmbeddings.load(dir))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "fake/whitespacetokenizer_config.json: has 5 words, but emb_layer.weight has the shape "
                + printed);
  }

  @Test
  void moreRowsThanWordsAreFine() {
    NDArray table = device.create(new float[][] {{0, 0}, {1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 9}});
    FakeModuleDir dir = new FakeModuleDir(dir(config("")).texts(), Map.of(TABLE, table));

    assertThat(pooled(WordEmbeddings.load(dir), PoolingMode.MEAN, List.of("New")))
        .isDeepEqualTo(new float[][] {{7, 8}});
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileOfVectorsBecomesAModel(boolean packed) throws IOException {
    String text = "3 2\ncat 0.5 1.25\ndog -2 0.125\nNew 0.75 4e0\n";
    Path file = folder.resolve(packed ? "vectors.txt.gz" : "vectors.txt");
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = packed ? new GZIPOutputStream(raw) : raw) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    WordVectors vectors = WordVectorsFile.of(file).read();
    Path saved = folder.resolve("saved");
    List<String> texts = List.of("The cat and New, new dog", "dog DOG cat", "", "PADDING_TOKEN");
    float[][] expected;

    try (Embedder embedder =
        Embedder.build(
            scope ->
                new Pipeline(
                    List.of(
                        WordEmbeddings.builder(vectors).build(scope.device()),
                        new Pooling(2, PoolingMode.MEAN))))) {
      expected = embedder.encode(texts);
      embedder.save(saved);
    }

    Golden.assertClose(expected[0], row(1, 4, 2), 1e-6, "cat New dog");
    Golden.assertClose(expected[1], row(2, 2, 1), 1e-6, "dog dog cat");
    assertThat(expected[2]).containsOnly(0f);
    assertThat(expected[3]).as("a word like any other, of zeros").containsOnly(0f);
    try (Embedder embedder = Embedder.load(saved.toString())) {
      assertThat(embedder.encode(texts)).isDeepEqualTo(expected);
      assertThat(embedder.pipeline().dimension(Optional.empty())).isEqualTo(2);
    }
  }

  @Test
  void theTokenizerIsMadeForTheVocabularyOfTheVectors() {
    List<String> text = List.of("New York cat");

    assertThat(pooled(built(WhitespaceTokenizer::of), PoolingMode.MEAN, text)[0])
        .isEqualTo(row(4, 1));
    assertThat(pooled(built(PhraseTokenizer::of), PoolingMode.MEAN, text)[0]).isEqualTo(row(3, 1));
    assertThat(pooled(built(PhraseTokenizer::of), PoolingMode.MEAN, List.of("york new")))
        .as("no word of this case")
        .isDeepEqualTo(new float[1][2]);
  }

  private WordEmbeddings built(Function<List<String>, WordTokenizer> tokenizer) {
    return WordEmbeddings.builder(vectors()).tokenizer(tokenizer).build(device);
  }

  @Test
  void aHuggingFaceTokenizerIsSavedWithTheClassPythonNeeds() {
    String json = TestModel.of("pooling-mean").read("tokenizer.json");
    WordTokenizer pieces = TransformersTokenizerWrapper.parse("tokenizer.json", json);
    int rows = pieces.vocab().size();
    float[] numbers = new float[rows];
    for (int i = 0; i < rows; i++) {
      numbers[i] = i;
    }
    WordVectors vectors = new WordVectors(pieces.vocab(), 1, numbers);
    WordEmbeddings words =
        WordEmbeddings.builder(vectors).tokenizer(v -> pieces).maxSeqLength(3).build(device);

    ModuleSpec spec = words.spec();

    assertThat(spec.texts()).containsOnlyKeys(CONFIG, "tokenizer.json", "tokenizer_config.json");
    assertThat(spec.texts().get("tokenizer.json")).isEqualTo(json);
    assertThat(spec.texts().get("tokenizer_config.json").replaceAll("\\s", ""))
        .isEqualTo("{\"tokenizer_class\":\"PreTrainedTokenizerFast\"}");
    assertThat(spec.texts().get(CONFIG)).contains(WordTokenizerType.TRANSFORMERS.path());
    int a = pieces.vocab().indexOf("a");
    assertThat(a).isPositive();
    float[] vector = pooled(words, PoolingMode.MEAN, List.of("a a a a"))[0];
    Golden.assertClose(vector, new float[] {(2 + 2 * a) / 3f}, 1e-6, "[CLS] a a, the rest is cut");
  }

  @Test
  void aTokenizerOfMoreWordsThanVectorsIsRefusedAndClosed() {
    Closing closing = new Closing();

    assertThatThrownBy(
            () -> WordEmbeddings.builder(vectors()).tokenizer(vocab -> closing).build(device))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the tokenizer has 6 words, but there are 5 vectors");
    assertThat(closing.closed).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -4})
  void aLengthBelowOneIsRefused(int length) {
    assertThatThrownBy(() -> WordEmbeddings.builder(vectors()).maxSeqLength(length))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("max_seq_length must be at least 1, but is " + length);
  }

  @Test
  void trainingIsKept() {
    try (WordEmbeddings words =
            WordEmbeddings.builder(vectors())
                .training(WordEmbeddings.Training.UPDATED)
                .build(device);
        WordEmbeddings frozen = WordEmbeddings.builder(vectors()).build(device)) {
      assertThat(words.spec().texts().get(CONFIG)).contains("\"update_embeddings\": true");
      assertThat(frozen.spec().texts().get(CONFIG))
          .contains("\"update_embeddings\": false", "\"max_seq_length\": 1000000");
    }
  }

  /** A tokenizer of six words that counts how often it is closed. */
  private static final class Closing implements WordTokenizer {
    private int closed;

    @Override
    public Tokens encode(List<String> texts) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<String> vocab() {
      return List.of("1", "2", "3", "4", "5", "6");
    }

    @Override
    public WordTokenizerType type() {
      return WordTokenizerType.WHITESPACE;
    }

    @Override
    public String text() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
