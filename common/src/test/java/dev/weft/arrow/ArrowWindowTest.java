// SPDX-License-Identifier: Apache-2.0
package dev.weft.arrow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Embedder;
import dev.weft.EmbedderOptions;
import dev.weft.EncodeOptions;
import dev.weft.Golden;
import dev.weft.TestModel;
import dev.weft.TextFailure;
import dev.weft.pipeline.EncodeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.complex.ListVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArrowWindowTest {
  private static final int WIDTH = 32;
  private static final ArrowWindow.Limits LIMITS = new ArrowWindow.Limits(64, 1 << 20);

  private static Embedder embedder;
  private RootAllocator allocator;
  private final List<String> texts = TestModel.texts("pooling-mean");

  @BeforeAll
  static void load() {
    EmbedderOptions small = EmbedderOptions.DEFAULT.withBatchTokens(80);
    embedder = Embedder.load(TestModel.of("pooling-mean").toString(), small);
  }

  @AfterAll
  static void close() {
    embedder.close();
  }

  @BeforeEach
  void allocate() {
    allocator = new RootAllocator(8 << 20);
  }

  /** The allocator also throws where memory is left. */
  @AfterEach
  void everythingIsFreed() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  @Test
  void vectorsAreThoseOfTheEmbedderInTheOrderOfTheRows() {
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      fill(window, texts);
      window.encode(embedder, EncodeOptions.DEFAULT);

      assertThat(window.rows()).isEqualTo(texts.size());
      assertRows(window, texts);
    }
  }

  @Test
  void nullsHaveNoVectorAndNeverReachTheModel() {
    List<String> rows = Arrays.asList(null, "a", null, null, "two words", "", null);
    long before = embedder.counters().texts();
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      fill(window, rows);
      window.encode(embedder, EncodeOptions.DEFAULT);

      assertThat(embedder.counters().texts() - before).isEqualTo(3);
      assertRows(window, rows);
      assertThat(window.vectors().getNullCount()).isEqualTo(4);
    }
  }

  @Test
  void onlyNullsOrNothingAtAllIsEncodedToo() {
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      window.encode(embedder, EncodeOptions.DEFAULT);
      assertThat(window.vectors().getValueCount()).isZero();

      window.clear();
      List<String> nulls = Collections.nCopies(3, null);
      fill(window, nulls);
      window.encode(embedder, EncodeOptions.DEFAULT);

      assertRows(window, nulls);
    }
  }

  @Test
  void aClearedWindowForgetsItsRows() {
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      for (List<String> rows :
          List.of(
              texts,
              Arrays.asList(null, "a", null),
              texts.subList(3, 9),
              Arrays.asList("a", null, "b"))) {
        fill(window, rows);
        window.encode(embedder, EncodeOptions.DEFAULT);
        assertRows(window, rows);

        window.clear();

        assertThat(window.rows()).isZero();
        assertThat(window.isFull()).isFalse();
      }
    }
  }

  @Test
  void isFullByRowsNullsIncluded() {
    try (ArrowWindow window =
        new ArrowWindow(allocator, WIDTH, new ArrowWindow.Limits(3, 1 << 20))) {
      window.addNull();
      window.add("a".getBytes(UTF_8));
      assertThat(window.isFull()).isFalse();
      window.addNull();
      assertThat(window.isFull()).isTrue();
    }
  }

  @Test
  void isFullByBytesOfText() {
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, new ArrowWindow.Limits(99, 6))) {
      window.add("für".getBytes(UTF_8)); // four bytes
      window.addNull();
      assertThat(window.isFull()).isFalse();
      window.add("ab".getBytes(UTF_8));
      assertThat(window.isFull()).isTrue();
    }
  }

  @Test
  void aTextBeyondTheLimitFitsAnEmptyWindow() {
    String longer = "a ".repeat(5000);
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, new ArrowWindow.Limits(9, 100))) {
      fill(window, List.of(longer));
      assertThat(window.isFull()).isTrue();
      window.encode(embedder, EncodeOptions.DEFAULT);
      assertRows(window, List.of(longer));
    }
  }

  @Test
  void malformedBytesCountAsReplacementCharacters() {
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      window.add(new byte[] {'a', (byte) 0xff, 'b'});
      window.encode(embedder, EncodeOptions.DEFAULT);

      assertRows(window, List.of("a\uFFFDb"));
    }
  }

  @Test
  void optionsOfTheCallHold() {
    EncodeOptions cut = EncodeOptions.DEFAULT.withTruncateDim(12).normalized();
    float[][] expected = embedder.encode(texts, cut);
    try (ArrowWindow window = new ArrowWindow(allocator, embedder.dimension(cut), LIMITS)) {
      fill(window, texts);
      window.encode(embedder, cut);

      float[] vector = new float[12];
      for (int row = 0; row < expected.length; row++) {
        window.read(row, vector);
        Golden.assertClose(vector, expected[row], 1e-5, "row %d", row);
      }
    }
  }

  @Test
  void vectorsOfAnotherWidthThanTheWindowsAreRefused() {
    try (ArrowWindow window = new ArrowWindow(allocator, 40, LIMITS)) {
      fill(window, texts);

      assertThatThrownBy(() -> window.encode(embedder, EncodeOptions.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the window holds vectors of 40 components, the call makes 32");
    }
  }

  @Test
  void memoryIsBoundedByTheAllocator() {
    try (RootAllocator tiny = new RootAllocator(1 << 10);
        ArrowWindow window = new ArrowWindow(tiny, WIDTH, LIMITS)) {
      assertThatThrownBy(() -> fill(window, Collections.nCopies(64, "some text of some bytes")))
          .isInstanceOf(OutOfMemoryException.class);
    }
  }

  @Test
  void equalTextsAreEncodedOnce() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(i % 5 == 4 ? null : i % 3 == 0 ? "" : "number " + i % 7);
    }
    long before = embedder.counters().texts();
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      fill(window, rows);
      window.encode(embedder, EncodeOptions.DEFAULT);

      long distinct = rows.stream().filter(Objects::nonNull).distinct().count();
      assertThat(distinct).isEqualTo(8);
      assertThat(embedder.counters().texts() - before).isEqualTo(distinct);
      assertThat(window.duplicates()).isEqualTo(48 - 8);
      assertRows(window, rows);

      window.clear();
      fill(window, List.of("a", "b"));
      window.encode(embedder, EncodeOptions.DEFAULT);
      assertThat(window.duplicates()).isZero();
    }
  }

  @Test
  void equalTextsWithOtherOptionsAreNotTheSame() {
    EncodeOptions plain = EncodeOptions.DEFAULT;
    EncodeOptions prompted = plain.withPrompt("query: ");
    List<EncodeOptions> options =
        List.of(plain, prompted, plain, prompted.withPrompt("query: "), plain.withPrompt("q: "));
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      fill(window, Arrays.asList("a", null, "a", "a", "a", null, "b"));
      window.encode(embedder, options);

      assertThat(window.duplicates()).isEqualTo(2);
      float[] vector = new float[WIDTH];
      int[] rows = {0, 2, 3, 4, 6};
      List<String> texts = List.of("a", "a", "a", "a", "b");
      for (int i = 0; i < rows.length; i++) {
        window.read(rows[i], vector);
        float[] alone = embedder.encode(List.of(texts.get(i)), options.get(i))[0];
        Golden.assertClose(vector, alone, 1e-5, "row %d", rows[i]);
      }
    }
  }

  @Test
  void aTextThatFailsIsKeptWithItsReasonAndSoAreItsEquals() {
    String longer = "the dog ".repeat(99);
    EncodeOptions refusing = EncodeOptions.DEFAULT.withLongTexts("fail");
    List<String> rows = Arrays.asList("a", longer, null, "b", longer, "a");
    try (ArrowWindow window =
        new ArrowWindow(allocator, WIDTH, LIMITS, ArrowWindow.Failures.KEPT)) {
      fill(window, rows);
      window.encode(embedder, refusing);

      int max = embedder.pipeline().maxSeqLength();
      for (int row : new int[] {1, 4}) {
        assertThat(window.failure(row).map(TextFailure::reason))
            .hasValue("it has 200 tokens, the model takes at most " + max);
        assertThat(window.isNull(row)).isFalse();
      }
      assertThat(window.failedRows()).isEqualTo(2);
      assertThat(window.duplicates()).isEqualTo(2);
      assertThat(IntStream.range(0, 6).filter(i -> window.vectors().isNull(i)))
          .containsExactly(1, 2, 4);
      assertThat(window.failure(0)).isEmpty();
      float[] vector = new float[WIDTH];
      window.read(3, vector);
      Golden.assertClose(vector, embedder.encode(List.of("b"))[0], 1e-5, "row 3");

      window.clear();
      fill(window, List.of("a", "b"));
      window.encode(embedder, refusing);
      assertThat(window.failure(1)).isEmpty();
      assertRows(window, List.of("a", "b"));
    }
  }

  @Test
  void aTextThatIsCutHasAVectorAndANoticeAndSoHaveItsEquals() {
    String longer = "the dog ".repeat(99);
    EncodeOptions reporting = EncodeOptions.DEFAULT.withLongTexts("report");
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      List<String> rows = Arrays.asList("a", longer, null, "b", longer, "a");
      fill(window, rows);
      window.encode(embedder, reporting);

      int max = embedder.pipeline().maxSeqLength();
      for (int row : new int[] {1, 4}) {
        assertThat(window.notice(row))
            .hasValue("it has 200 tokens, of which the model took " + max);
      }
      assertThat(IntStream.range(0, 6).filter(i -> window.notice(i).isPresent())).hasSize(2);
      assertThat(window.failedRows()).isZero();
      assertRows(window, rows);

      window.clear();
      fill(window, List.of("a", longer));
      window.encode(embedder, EncodeOptions.DEFAULT);
      assertThat(window.notice(1)).as("nobody asked").isEmpty();
    }
  }

  @Test
  void withoutAskingForFailuresTheFirstEndsTheCall() {
    EncodeOptions refusing = EncodeOptions.DEFAULT.withLongTexts("fail");
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, LIMITS)) {
      fill(window, List.of("a", "the dog ".repeat(99)));

      assertThatThrownBy(() -> window.encode(embedder, refusing))
          .isInstanceOf(EncodeException.class)
          .hasMessageStartingWith("the text \"the dog the dog ")
          .hasMessageContaining("…\" has no vector: it has 200 tokens");
    }
  }

  @Test
  void optionsThatDoNotFitFailTheirTextsOnly() {
    EncodeOptions plain = EncodeOptions.DEFAULT;
    try (ArrowWindow window =
        new ArrowWindow(allocator, WIDTH, LIMITS, ArrowWindow.Failures.KEPT)) {
      fill(window, List.of("a", "b", "a"));
      window.encode(embedder, List.of(plain, plain.withPromptName("x"), plain));

      assertThat(window.failure(1).map(TextFailure::reason))
          .hasValue("prompt name \"x\" is not one of the model's prompts [query, document]");
      assertThat(window.failedRows()).isEqualTo(1);
    }
  }

  @Test
  void isFullByBytesOfVectors() {
    long three = 3L * WIDTH * Float.BYTES;
    try (ArrowWindow window =
        new ArrowWindow(allocator, WIDTH, new ArrowWindow.Limits(99, 1 << 20, three + 1))) {
      fill(window, Arrays.asList("a", null));
      assertThat(window.isFull()).isFalse();
      window.addNull();
      assertThat(window.isFull()).isTrue();
    }
    try (ArrowWindow window =
        new ArrowWindow(allocator, WIDTH, new ArrowWindow.Limits(99, 1 << 20, 1))) {
      assertThat(window.isFull()).isFalse();
      window.addNull();
      assertThat(window.isFull()).isTrue();
    }
  }

  @Test
  void aFullWindowTakesMoreForRowsThatBelongTogether() {
    List<String> rows = IntStream.range(0, 50).mapToObj(i -> "number " + i).toList();
    try (ArrowWindow window = new ArrowWindow(allocator, WIDTH, new ArrowWindow.Limits(4, 9))) {
      fill(window, rows);
      assertThat(window.isFull()).isTrue();
      window.encode(embedder, EncodeOptions.DEFAULT);
      assertRows(window, rows);
    }
  }

  private static void fill(ArrowWindow window, List<String> rows) {
    for (String row : rows) {
      if (row == null) {
        window.addNull();
      } else {
        window.add(row.getBytes(UTF_8));
      }
    }
  }

  /** Compares every way to read a row with what the embedder gives. */
  private static void assertRows(ArrowWindow window, List<String> rows) {
    List<String> present = rows.stream().filter(Objects::nonNull).toList();
    float[][] expected = embedder.encode(present);
    ListVector column = window.vectors();
    Float4Vector elements = (Float4Vector) column.getDataVector();
    float[] vector = new float[WIDTH];
    int next = 0;
    assertThat(column.getValueCount()).isEqualTo(rows.size());
    for (int row = 0; row < rows.size(); row++) {
      assertThat(window.isNull(row)).isEqualTo(rows.get(row) == null);
      assertThat(column.isNull(row)).isEqualTo(rows.get(row) == null);
      if (rows.get(row) == null) {
        continue;
      }
      window.read(row, vector);
      Golden.assertClose(vector, expected[next++], 1e-5, "row %d", row);
      for (int i = 0; i < WIDTH; i++) {
        assertThat(MemoryUtil.getInt(window.address(row) + 4L * i))
            .isEqualTo(Float.floatToRawIntBits(vector[i]));
        assertThat(elements.get(row * WIDTH + i)).isEqualTo(vector[i]);
      }
    }
  }
}
