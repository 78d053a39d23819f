// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.pipeline.EncodeException;
import dev.weft.text.LongTexts;
import dev.weft.text.TextBatch;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text that cannot be encoded costs nobody else a vector. */
class TextFailureTest {
  private static final String BAD = "a horse on the grass";

  private final List<String> texts = new ArrayList<>(TestModel.texts("pooling-mean"));
  private final long horse;

  TextFailureTest() {
    texts.removeIf(text -> text.contains("horse"));
    try (Embedder embedder = Embedder.load(TestModel.of("pooling-mean").toString())) {
      horse = embedder.pipeline().tokenize(TextBatch.of(List.of(BAD))).id(0, 2);
    }
  }

  private static void assertVectors(Outcomes outcomes, List<String> texts) {
    try (Embedder whole = Embedder.load(TestModel.of("pooling-mean").toString())) {
      float[][] expected = whole.encode(texts);
      outcomes.vectors.forEach(
          (row, vector) -> Golden.assertClose(vector, expected[row], 1e-5, "row %d", row));
    }
  }

  @Test
  void theOthersOfItsBatchHaveTheirVectors() {
    texts.add(5, BAD);
    texts.add(9, BAD);
    Tripwire wire = Tripwire.onToken(horse, "kicked");
    Outcomes outcomes = new Outcomes();
    try (Embedder embedder = wire.model()) {
      embedder.encode(texts, EncodeOptions.DEFAULT, outcomes);

      assertThat(outcomes.failures.keySet()).containsExactly(5, 9);
      assertThat(outcomes.vectors.keySet())
          .containsExactlyElementsOf(
              IntStream.range(0, texts.size()).filter(i -> i != 5 && i != 9).boxed().toList());
      assertVectors(outcomes, texts);
      TextFailure failure = outcomes.failures.get(5);
      assertThat(failure.text()).isEqualTo(BAD);
      assertThat(failure.reason()).isEqualTo("while running module 1 (Tripwire): kicked");
      assertThat(embedder.counters().texts()).isEqualTo(texts.size() - 2);
      assertThat(embedder.counters().failed()).isEqualTo(2);
      // Halves of halves, not every text alone.
      assertThat(wire.batches).startsWith(texts.size()).hasSizeLessThan(texts.size());
    }
  }

  @Test
  void whereNobodyListensItEndsTheCallAndIsNamed() {
    String longer = BAD + " and the snow".repeat(9);
    texts.add(longer);
    try (Embedder embedder = Tripwire.onToken(horse, "kicked").model()) {
      assertThatThrownBy(() -> embedder.encode(texts))
          .isInstanceOf(EncodeException.class)
          .hasMessage(
              "the text \"a horse on the grass and the snow and the snow and the snow and the snow"
                  + " and the…\" has no vector: while running module 1 (Tripwire): kicked");
      assertThat(embedder.encode(List.of("a man"))).hasNumberOfRows(1);
    }
  }

  @Test
  void aTextIsNotCutInsideACharacter() {
    String text = "x".repeat(79) + "🚀 and more";

    assertThat(TextFailure.of(text, new EncodeException("")).text())
        .isEqualTo("x".repeat(79) + "…");
  }

  @Test
  void aFailureWithoutAMessageHasItsClassForAReason() {
    assertThat(TextFailure.of("a", new ArithmeticException()).reason())
        .isEqualTo("java.lang.ArithmeticException");
  }

  @Test
  void aBatchTooLargeForTheDeviceIsRunInHalves() {
    Tripwire wire = Tripwire.onSize(size -> size > 3, "CUDA out of memory. Tried to allocate");
    Outcomes outcomes = new Outcomes();
    try (Embedder embedder = wire.model()) {
      embedder.encode(texts.subList(0, 12), EncodeOptions.DEFAULT, outcomes);
    }
    assertThat(outcomes.vectors).hasSize(12);
    assertThat(outcomes.failures).isEmpty();
    assertThat(wire.batches).containsExactly(12, 6, 3, 3, 6, 3, 3);
    assertVectors(outcomes, texts);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[enforce fail] DefaultCPUAllocator: can't allocate memory",
        "Failed to allocate memory for requested buffer of size 4096",
        "std::bad_alloc",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED"
      })
  void aDeviceWithoutMemoryIsNoTextsFault(String message) {
    Tripwire wire = Tripwire.onSize(size -> true, message);
    Outcomes outcomes = new Outcomes();
    try (Embedder embedder = wire.model()) {
      assertThatThrownBy(
              () -> embedder.encode(texts.subList(0, 8), EncodeOptions.DEFAULT, outcomes))
          .isInstanceOf(EncodeException.class)
          .hasMessageEndingWith(message);
    }
    assertThat(outcomes.failures).isEmpty();
    assertThat(wire.batches).containsExactly(8, 4, 2, 1);
  }

  @Test
  void whatASinkThrowsIsNotAboutAText() {
    Tripwire wire = Tripwire.onSize(size -> false, "");
    VectorSink full =
        new VectorSink() {
          @Override
          public void accept(int[] rows, int dimension, FloatBuffer values) {
            throw new IllegalStateException("full");
          }

          @Override
          public void failed(int row, TextFailure failure) {
            throw new AssertionError("called for row " + row);
          }
        };
    try (Embedder embedder = wire.model()) {
      assertThatThrownBy(() -> embedder.encode(texts, EncodeOptions.DEFAULT, full))
          .isInstanceOf(EncodeException.class)
          .hasMessage("while encoding a batch: java.lang.IllegalStateException: full");
    }
    assertThat(wire.batches).hasSize(1);
  }

  @Test
  void optionsThatDoNotFitAreTheFailureOfTheTextsThatAskForThem() {
    EncodeOptions plain = EncodeOptions.DEFAULT;
    List<EncodeOptions> kinds =
        List.of(
            plain.withTask("query"),
            plain.withTask("passage"),
            plain.withTask("document"),
            plain.withPromptName("x"),
            plain.withTask("passage"));
    List<String> five = texts.subList(0, 5);
    Outcomes outcomes = new Outcomes();
    try (Embedder router = Embedder.load(TestModel.of("router").toString())) {
      router.encode(five, kinds, outcomes);

      assertThat(outcomes.vectors.keySet()).containsExactly(0, 2);
      assertThat(outcomes.failures.keySet()).containsExactly(1, 3, 4);
      assertThat(outcomes.failures.get(4).reason())
          .isEqualTo("No route found for task type 'passage'. Available routes: [query, document]");
      assertThat(outcomes.failures.get(3).reason())
          .startsWith("prompt name \"x\" is not one of the model's prompts [");
      assertThat(router.counters().failed()).isEqualTo(3);
      assertThatThrownBy(() -> router.encode(five, kinds, (rows, width, values) -> {}))
          .isInstanceOf(EncodeException.class)
          .hasMessageStartingWith("the text \"")
          .hasMessageEndingWith(
              "\" has no vector: No route found for task type 'passage'. Available routes: [query,"
                  + " document]");
    }
  }

  @Test
  void aLongTextIsReportedAndKeepsItsVectorWhereTheCallSaysSo() {
    TestModel model = TestModel.of("pooling-mean");
    EncodeOptions reporting = EncodeOptions.DEFAULT.withLongTexts(LongTexts.REPORT);
    List<String> texts = List.of("a man", "the dog ".repeat(100), "two dogs");
    Outcomes outcomes = new Outcomes();
    Outcomes byRow = new Outcomes();
    try (Embedder embedder = Embedder.load(model.toString())) {
      int max = embedder.pipeline().maxSeqLength();
      embedder.encode(texts, reporting, outcomes);
      embedder.encode(texts, List.of(reporting, reporting, EncodeOptions.DEFAULT), byRow);
      float[][] cut = embedder.encode(texts);

      String notice = "it has 202 tokens, of which the model took " + max;
      assertThat(outcomes.notices).isEqualTo(Map.of(1, notice)).isEqualTo(byRow.notices);
      assertThat(outcomes.failures).isEmpty();
      for (int i = 0; i < 3; i++) {
        assertThat(outcomes.vectors.get(i)).containsExactly(cut[i], within(1e-6f));
      }
      assertThat(embedder.counters().truncated()).isEqualTo(3);
      Outcomes silent = new Outcomes();
      embedder.encode(texts, EncodeOptions.DEFAULT, silent);
      assertThat(silent.notices).as("nobody asked").isEmpty();
    }
  }

  @Test
  void aLongTextIsRefusedWhereTheCallSaysSo() {
    TestModel model = TestModel.of("pooling-mean");
    EncodeOptions refusing = EncodeOptions.DEFAULT.withLongTexts(LongTexts.FAIL);
    List<String> three = List.of("a man", "the dog ".repeat(100), "two dogs");
    Outcomes outcomes = new Outcomes();
    List<Long> progress = new ArrayList<>();
    try (Embedder embedder = Embedder.load(model.toString())) {
      int max = embedder.pipeline().maxSeqLength();
      embedder.encode(three, refusing.withProgress((done, total) -> progress.add(done)), outcomes);

      assertThat(max).isLessThan(202);
      assertThat(outcomes.vectors.keySet()).containsExactly(0, 2);
      assertThat(outcomes.failures.get(1).reason())
          .isEqualTo("it has 202 tokens, the model takes at most " + max);
      assertThat(progress).endsWith(3L);
      assertThat(embedder.counters().truncated()).isEqualTo(1);
      assertThat(embedder.counters().failed()).isEqualTo(1);
      assertThat(embedder.counters().texts()).isEqualTo(2);
      assertThatThrownBy(() -> embedder.encodeTokens(three, refusing))
          .isInstanceOf(EncodeException.class)
          .hasMessageEndingWith(
              "\" has no vector: it has 202 tokens, the model takes at most " + max);
    }
  }
}
