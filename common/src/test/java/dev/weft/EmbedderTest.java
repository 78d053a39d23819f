// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.ModelException;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.Transformer;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Pipeline;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbedderTest {
  private static final int BUDGET = 100;

  private final List<String> texts = TestModel.texts("pooling-mean");
  private Embedder embedder;

  @BeforeEach
  void load() {
    EmbedderOptions options = EmbedderOptions.DEFAULT.withWorkers(3).withBatchTokens(BUDGET);
    embedder = Embedder.load(TestModel.of("pooling-mean").toString(), options);
  }

  @AfterEach
  void close() {
    embedder.close();
  }

  @Test
  void manyThreadsShareAModel() throws Exception {
    List<List<String>> lists = new ArrayList<>();
    List<float[][]> expected = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      List<String> list = new ArrayList<>(texts.subList(i, texts.size() - i));
      Collections.rotate(list, 3 * i);
      lists.add(list);
      expected.add(embedder.encode(list));
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<float[][]>> running = new ArrayList<>();
      CountDownLatch start = new CountDownLatch(8);
      for (List<String> list : lists) {
        running.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  float[][] last = embedder.encode(list);
                  for (int i = 0; i < 4; i++) {
                    last = embedder.encode(list);
                  }
                  return last;
                }));
      }
      for (int i = 0; i < 8; i++) {
        assertRows(running.get(i).get(), expected.get(i), 1e-5);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void progressCountsUpToTheTotal() {
    List<Long> seen = new ArrayList<>();

    embedder.encode(
        texts,
        EncodeOptions.DEFAULT.withProgress(
            (done, total) -> {
              assertThat(total).isEqualTo(texts.size());
              seen.add(done);
            }));

    assertThat(seen).hasSize((int) embedder.counters().batches());
    assertThat(seen).isSorted().doesNotHaveDuplicates().endsWith((long) texts.size());
  }

  @Test
  void aSavedModelIsAsOpenToOthersAsAnyDirectory(@TempDir Path folder) throws Exception {
    Path plain = Files.createDirectory(folder.resolve("plain"));

    embedder.save(folder.resolve("saved"));

    assertThat(Files.getPosixFilePermissions(folder.resolve("saved")))
        .isEqualTo(Files.getPosixFilePermissions(plain));
    try (Stream<Path> entries = Files.list(folder)) {
      assertThat(entries)
          .extracting(Path::getFileName)
          .map(Path::toString)
          .containsExactlyInAnyOrder("plain", "saved");
    }
  }

  @Test
  void theOrderOfATransformersParametersDoesNotMatter() {
    String dir = TestModel.of("pooling-mean").toString();
    Map<String, String> texts = new HashMap<>();
    try (Embedder built =
        Embedder.build(
            scope -> {
              Transformer transformer =
                  Transformer.builder(scope.folder(dir))
                      .maxSeqLength(9)
                      .doLowerCase()
                      .configArgs(Map.of("output_hidden_states", true))
                      .tokenizerArgs(Map.of("padding_side", "left"))
                      .tokenizer(scope.folder(dir))
                      .load();
              texts.putAll(transformer.spec().texts());
              return new Pipeline(List.of(transformer, new Pooling(32, PoolingMode.MEAN)));
            })) {
      assertThat(built.pipeline().maxSeqLength()).isEqualTo(9);
    }
    assertThat(texts.get("sentence_bert_config.json")).contains("\"do_lower_case\": true");
    assertThat(texts.get("tokenizer_config.json")).contains("\"padding_side\": \"left\"");
    assertThat(texts.get("config.json")).contains("\"output_hidden_states\": true");
  }

  @Test
  void aClosedModelEncodesNothing() {
    embedder.close();
    embedder.close();

    assertThatThrownBy(() -> embedder.encode(texts))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder is closed");
  }

  @Test
  void closeWaitsForRunningCalls() throws Exception {
    float[][] expected = embedder.encode(texts);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    EncodeOptions blocking =
        EncodeOptions.DEFAULT.withProgress(
            (done, total) -> {
              running.countDown();
              awaitQuietly(goOn);
            });
    FutureTask<float[][]> call = new FutureTask<>(() -> embedder.encode(texts, blocking));
    new Thread(call).start();
    running.await();
    Thread closing = new Thread(embedder::close);
    closing.start();

    while (closing.getState() != Thread.State.WAITING) {
      assertThat(closing.getState()).isNotEqualTo(Thread.State.TERMINATED);
      Thread.onSpinWait();
    }
    goOn.countDown();

    assertRows(call.get(), expected, 1e-5);
    closing.join();
    assertThatThrownBy(() -> embedder.encode(texts)).hasMessage("the embedder is closed");
  }

  @Test
  void aNullTextIsNamedByItsIndex() {
    assertThatThrownBy(() -> embedder.encode(Arrays.asList("a", "b", null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("texts[2] is null; drop nulls or replace them by \"\"");
  }

  @Test
  void noTextsAreNoVectors() {
    assertThat(embedder.encode(List.of())).isEmpty();
    assertThat(embedder.encodeTokens(List.of(), EncodeOptions.DEFAULT)).isEmpty();
    for (Precision precision : List.of(Precision.INT8, Precision.UBINARY)) {
      assertThat(embedder.encodeQuantized(List.of(), EncodeOptions.DEFAULT, precision)).isEmpty();
    }
    assertThat(embedder.counters()).isEqualTo(EncodeCounters.ZERO);
  }

  @Test
  void anUnknownPromptListsTheNames() {
    assertThatThrownBy(() -> embedder.encode(texts, EncodeOptions.DEFAULT.withPromptName("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prompt name \"x\" is not one of the model's prompts [query, document]");
  }

  @Test
  void queriesAndDocumentsHaveTheirPrompts() {
    EncodeOptions plain = EncodeOptions.DEFAULT;
    try (Embedder prompted = Embedder.load(TestModel.of("prompts-exclude").toString())) {
      float[][] query = prompted.encode(texts, plain.withPromptName("query"));
      float[][] document = prompted.encode(texts, plain.withPrompt("represent the document: "));
      assertThat(query[0]).isNotEqualTo(document[0]);

      assertRows(prompted.encodeQuery(texts, plain), query, 1e-5);
      assertRows(prompted.encodeDocument(texts, plain), document, 1e-5);
      assertRows(prompted.encode(texts), document, 1e-5);
      assertRows(prompted.encodeQuery(texts, plain.withPromptName("document")), document, 1e-5);
      assertRows(
          prompted.encodeDocument(texts, plain.withPrompt("represent the query: ")), query, 1e-5);
    }
  }

  @Test
  void aPassagePromptIsNotChosenAsDocumentIsAlwaysThere(@TempDir Path folder) {
    TestModel model = TestModel.copyOf("prompts-exclude", folder);
    model.write("config_sentence_transformers.json", "{\"prompts\": {\"passage\": \"p: \"}}");
    try (Embedder prompted = Embedder.load(model.toString())) {
      float[][] plain = prompted.encode(texts);
      assertRows(prompted.encodeDocument(texts, EncodeOptions.DEFAULT), plain, 1e-5);
      assertThat(prompted.encode(texts, EncodeOptions.DEFAULT.withPromptName("passage"))[0])
          .isNotEqualTo(plain[0]);
    }
  }

  @Test
  void vectorsAreCutAndThenScaled() {
    float[][] whole = embedder.encode(texts);
    EncodeOptions cut = EncodeOptions.DEFAULT.withTruncateDim(12);

    float[][] raw = embedder.encode(texts, cut);
    float[][] unit = embedder.encode(texts, cut.normalized());

    assertThat(embedder.dimension(cut)).isEqualTo(12);
    for (int row = 0; row < whole.length; row++) {
      float[] first = Arrays.copyOf(whole[row], 12);
      Golden.assertClose(raw[row], first, 1e-5, "row %d", row);
      float length = (float) Math.sqrt(Vectors.dot(first, first));
      for (int i = 0; i < 12; i++) {
        first[i] /= length;
      }
      Golden.assertClose(unit[row], first, 1e-5, "row %d", row);
    }
  }

  @Test
  void moreComponentsThanThereAreIsHarmless() {
    EncodeOptions wide = EncodeOptions.DEFAULT.withTruncateDim(1000);

    assertThat(embedder.dimension(wide)).isEqualTo(32);
    assertRows(embedder.encode(texts, wide), embedder.encode(texts), 1e-5);
    assertThatThrownBy(() -> EncodeOptions.DEFAULT.withTruncateDim(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("truncateDim must be at least 1, but is 0");
  }

  @Test
  void theModelsOwnWidthHoldsUnlessACallAsksForAnother(@TempDir Path folder) {
    TestModel model = TestModel.copyOf("pooling-mean", folder);
    model.write("config_sentence_transformers.json", "{\"truncate_dim\": 12}");
    try (Embedder cut = Embedder.load(model.toString())) {
      assertThat(cut.encode(List.of("a"))[0]).hasSize(12);
      assertThat(cut.encode(List.of("a"), EncodeOptions.DEFAULT.withTruncateDim(20))[0])
          .hasSize(20);
    }
  }

  /** The expected means are those the reference wrote. */
  @Test
  void tokenVectorsAreOneATokenAndTheirMeanIsTheTextVector() {
    double[][] means = ParityCase.load("pooling-mean").calls().get(0).embeddings();
    Tokens ids = embedder.pipeline().tokenize(TextBatch.of(texts));

    List<float[][]> tokens = embedder.encodeTokens(texts, EncodeOptions.DEFAULT);

    assertThat(ParityCase.load("pooling-mean").calls().get(0).args()).isEmpty();
    assertThat(tokens).hasSameSizeAs(texts);
    for (int row = 0; row < tokens.size(); row++) {
      float[][] text = tokens.get(row);
      assertThat(text).hasNumberOfRows(ids.length(row));
      float[] mean = new float[32];
      float[] expected = new float[32];
      for (int i = 0; i < 32; i++) {
        int component = i;
        mean[i] = (float) Arrays.stream(text).mapToDouble(t -> t[component]).average().orElse(0);
        expected[i] = (float) means[row][i];
      }
      Golden.assertClose(mean, expected, 1e-4, "text %d", row);
    }
  }

  @Test
  void int8IsUint8Minus128OverTheRangesOfTheCall() {
    float[][] vectors = embedder.encode(texts);
    CalibrationRanges ranges = CalibrationRanges.of(vectors);

    byte[][] uint8 = embedder.encodeQuantized(texts, EncodeOptions.DEFAULT, Precision.UINT8);
    byte[][] int8 = embedder.encodeQuantized(texts, EncodeOptions.DEFAULT, Precision.INT8);

    byte[][] expected = Quantizer.scalar(vectors, Precision.UINT8, ranges);
    int most = 0;
    for (int row = 0; row < uint8.length; row++) {
      for (int i = 0; i < 32; i++) {
        int code = Precision.UINT8.value(uint8[row][i]);
        most = Math.max(most, code);
        // Batches of other rows change the last bits of a float, and so now and then a code.
        assertThat(Math.abs(code - Precision.UINT8.value(expected[row][i]))).isLessThan(2);
        assertThat(Math.abs(code - 128 - int8[row][i])).isLessThan(2);
      }
    }
    assertThat(most).isEqualTo(255);
  }

  @ParameterizedTest
  @CsvSource({"UBINARY, 0", "BINARY, 128"})
  void bitsAreFilledUpToWholeBytes(Precision precision, int offset) {
    EncodeOptions cut = EncodeOptions.DEFAULT.withTruncateDim(12);
    float[][] vectors = embedder.encode(texts, cut);

    byte[][] codes = embedder.encodeQuantized(texts, cut, precision);

    assertThat(codes).hasDimensions(texts.size(), 2);
    for (int row = 0; row < codes.length; row++) {
      int bits = 0;
      for (int i = 0; i < 16; i++) {
        bits = 2 * bits + (i < 12 && vectors[row][i] > 0 ? 1 : 0);
      }
      assertThat(precision.value(codes[row][0]) + offset).isEqualTo(bits >> 8);
      assertThat(precision.value(codes[row][1]) + offset).isEqualTo(bits & 0xff);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"INT8", "UINT8"})
  void aSingleTextHasNoRanges(Precision precision) {
    List<String> one = List.of("a");

    assertThatThrownBy(() -> embedder.encodeQuantized(one, EncodeOptions.DEFAULT, precision))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot compute "
                + precision
                + " quantization ranges from a single embedding. Encode more texts in the call, or"
                + " call Quantizer.scalar with the ranges of a representative set");
    assertThat(embedder.encodeQuantized(one, EncodeOptions.DEFAULT, Precision.UBINARY))
        .hasDimensions(1, 4);
  }

  @Test
  void float32IsNoCode() {
    assertThatThrownBy(
            () -> embedder.encodeQuantized(texts, EncodeOptions.DEFAULT, Precision.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("float32 is not a binary precision");
  }

  @Test
  void manyWindowsKeepTheOrder() {
    List<String> seven = texts.subList(0, 7);
    List<String> many = IntStream.range(0, 9000).mapToObj(i -> seven.get(i % 7)).toList();
    float[][] expected = embedder.encode(seven);
    EncodeCounters before = embedder.counters();

    float[][] actual = embedder.encode(many);

    for (int row = 0; row < 9000; row++) {
      Golden.assertClose(actual[row], expected[row % 7], 1e-5, "row %d", row);
    }
    Tokens ids = embedder.pipeline().tokenize(TextBatch.of(many));
    EncodeCounters after = embedder.counters();
    assertThat(after.texts() - before.texts()).isEqualTo(9000);
    assertThat(after.tokens() - before.tokens()).isEqualTo(ids.total());
    long padded = after.paddedTokens() - before.paddedTokens();
    assertThat(padded).isBetween((long) ids.total(), (long) (1.01 * ids.total()));
    // Every batch but the last of a window has no room for another row of its width, at most 64.
    assertThat(after.batches() - before.batches())
        .isBetween(padded / BUDGET, 3 + padded / (BUDGET - 64));
  }

  @Test
  void noBatchIsAboveTheBudget() {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    Tokens ids = embedder.pipeline().tokenize(TextBatch.of(texts));

    embedder.encode(
        texts,
        EncodeOptions.DEFAULT,
        (rows, width, values) -> {
          int longest = Arrays.stream(rows).map(ids::length).max().orElseThrow();
          sizes.add(longest * rows.length);
          assertThat(values.remaining()).isEqualTo(rows.length * width);
        });

    assertThat(embedder.batchTokens(EncodeOptions.DEFAULT)).isEqualTo(BUDGET);
    assertThat(sizes).hasSizeGreaterThan(3).allMatch(size -> size <= BUDGET);
    assertThat(sizes.stream().mapToLong(Integer::longValue).sum())
        .isEqualTo(embedder.counters().paddedTokens());
  }

  @Test
  void aFailingListenerEndsTheCallAndNotTheModel() {
    EncodeOptions failing =
        EncodeOptions.DEFAULT.withProgress(
            (done, total) -> {
              throw new IllegalStateException("enough");
            });

    assertThatThrownBy(() -> embedder.encode(texts, failing))
        .isInstanceOf(EncodeException.class)
        .hasMessageStartingWith("while encoding a batch: ")
        .hasMessageEndingWith("enough");
    assertThat(embedder.counters().batches()).isLessThanOrEqualTo(embedder.workers());
    assertThat(embedder.encode(texts)).hasNumberOfRows(texts.size());
  }

  @Test
  void anInterruptEndsTheCallAndIsKept() {
    Thread caller = Thread.currentThread();
    EncodeOptions waiting =
        EncodeOptions.DEFAULT.withProgress(
            (done, total) -> {
              while (caller.isInterrupted()) {
                Thread.onSpinWait();
              }
            });
    caller.interrupt();

    assertThatThrownBy(() -> embedder.encode(texts, waiting))
        .isInstanceOf(EncodeException.class)
        .hasMessage("interrupted while encoding");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aTextWithoutATokenHasAZeroVector(@TempDir Path folder) {
    TestModel model = TestModel.copyOf("pooling-mean", folder);
    String json = model.read("tokenizer.json");
    int processor = json.indexOf("\"post_processor\"");
    int decoder = json.indexOf("\"decoder\"");
    model.write(
        "tokenizer.json",
        json.substring(0, processor) + "\"post_processor\": null, " + json.substring(decoder));
    try (Embedder bare = Embedder.load(model.toString())) {
      assertThat(bare.encode(List.of("", ""))).isDeepEqualTo(new float[2][32]);
      float[][] vectors = bare.encode(List.of("a", ""));
      assertThat(vectors[0]).isNotEqualTo(new float[32]);
      assertThat(vectors[1]).isEqualTo(new float[32]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpu", "cuda:", "cuda:x", "CPU", ""})
  void anUnknownDeviceListsTheKnownOnes(String device) {
    EmbedderOptions options = EmbedderOptions.DEFAULT.withDevice(device);

    assertThatThrownBy(() -> Embedder.load(TestModel.of("pooling-mean").toString(), options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device \"" + device + "\" is not known; known: auto, cpu, cuda, cuda:N");
  }

  @Test
  void aDeviceThatIsNotThereIsRefused() {
    EmbedderOptions options = EmbedderOptions.DEFAULT.withDevice("cuda:99");

    assertThatThrownBy(() -> Embedder.load(TestModel.of("pooling-mean").toString(), options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("device \"cuda:99\" was asked for, but the engine sees ");
  }

  @Test
  void negativeOptionsAreRefused() {
    assertThatThrownBy(() -> EmbedderOptions.DEFAULT.withBatchTokens(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("workers and batchTokens must not be negative: 0, -1");
  }

  @Test
  void aDirectoryThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Embedder.load("./no/such/model"))
        .isInstanceOf(ModelException.class)
        .hasMessage("./no/such/model: no such directory; give a model directory or a hub id");
  }

  private static void assertRows(float[][] actual, float[][] expected, double tolerance) {
    assertThat(actual).hasNumberOfRows(expected.length);
    for (int row = 0; row < expected.length; row++) {
      Golden.assertClose(actual[row], expected[row], tolerance, "row %d", row);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
