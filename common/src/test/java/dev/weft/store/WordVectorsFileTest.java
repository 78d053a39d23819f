// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Golden;
import dev.weft.config.ModelException;
import dev.weft.text.WordVectors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordVectorsFileTest {
  @TempDir private Path folder;

  private record Numbers(Case[] files) {}

  private record Case(
      String name,
      String text,
      String item_separator,
      int max_vocab_size,
      List<String> vocab,
      int dimension,
      int[] bits) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> files() {
    return Arrays.stream(Golden.read("word_vectors", Numbers.class).files());
  }

  @ParameterizedTest
  @MethodSource("files")
  void readsWhatTheReferenceReadsToTheBit(Case expected) throws IOException {
    Path file = write("vectors.txt", expected.text());

    WordVectors vectors =
        WordVectorsFile.of(file)
            .withItemSeparator(expected.item_separator())
            .withMaxVocabSize(expected.max_vocab_size())
            .read();

    assertThat(vectors.vocab()).isEqualTo(expected.vocab());
    assertThat(vectors.dimension()).isEqualTo(expected.dimension());
    assertThat(bits(vectors)).isEqualTo(expected.bits());
  }

  @Test
  void aNameInGzIsUnpackedWithAllItsMembers() throws IOException {
    Path file = folder.resolve("vectors.txt.gz");
    try (OutputStream out = Files.newOutputStream(file)) {
      for (String part : List.of("a 1 2\n", "b 3 4\n")) {
        GZIPOutputStream packed = new GZIPOutputStream(out);
        packed.write(part.getBytes(StandardCharsets.UTF_8));
        packed.finish();
      }
    }

    WordVectors vectors = WordVectorsFile.of(file).read();

    assertThat(vectors.vocab()).containsExactly("PADDING_TOKEN", "a", "b");
    assertThat(vectors.values()).containsExactly(0, 0, 1, 2, 3, 4);
  }

  @Test
  void manyLongLinesAreReadWhole() throws IOException {
    int words = 500;
    int dimension = 301;
    StringBuilder text = new StringBuilder();
    float[] expected = new float[(words + 1) * dimension];
    for (int word = 0; word < words; word++) {
      text.append('w').append(word);
      for (int i = 0; i < dimension; i++) {
        float value = (word * 31 + i * 17) % 997 / 1000f - 0.5f;
        expected[(word + 1) * dimension + i] = value;
        text.append(' ').append(value);
      }
      text.append(word % 2 == 0 ? "\r\n" : "\n");
    }

    WordVectors vectors = WordVectorsFile.of(write("many.txt", text.toString())).read();

    assertThat(vectors.vocab())
        .hasSize(words + 1)
        .endsWith(IntStream.range(0, words).mapToObj(i -> "w" + i).toArray(String[]::new));
    assertThat(vectors.values()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x", "1f", "0x1p3", "1__0", "_1", "1_.5", "-_1", "1_", "1e", ".", "-", "+-1", "1.5.2",
        "--1", "infin", "+-inf"
      })
  void whatPythonDoesNotReadAsANumberIsRefused(String field) throws IOException {
    Path file = write("vectors.txt", "a 1 2\nb 3 " + field + "\n");

    assertThatThrownBy(() -> WordVectorsFile.of(file).read())
        .isInstanceOf(ModelException.class)
        .hasMessage(file + ": line 2: \"" + field + "\" is not a number");
  }

  @ParameterizedTest
  @CsvSource({
    "inf, Infinity",
    "-Infinity, -Infinity",
    "NaN, NaN",
    "1e999, Infinity",
    "1e39, Infinity"
  })
  void numbersMayBeWithoutEnd(String field, float expected) throws IOException {
    Path file = write("vectors.txt", "a 1 " + field);

    assertThat(WordVectorsFile.of(file).read().values()).containsExactly(0, 0, 1, expected);
  }

  @Test
  void anEmptyFieldIsNoNumber() throws IOException {
    Path file = write("vectors.txt", "a 1 2\nb  3\n");

    assertThatThrownBy(() -> WordVectorsFile.of(file).read())
        .hasMessage(file + ": line 2: \"\" is not a number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a 1\nb 2\n"})
  void aFileWithoutAVectorIsRefused(String text) throws IOException {
    Path file = write("vectors.txt", text);

    assertThatThrownBy(() -> WordVectorsFile.of(file).read())
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file + ": no line has a word and at least two numbers; is the separator right?");
  }

  @Test
  void aFirstLineWithoutNumbersIsRefused() throws IOException {
    Path file = write("vectors.txt", "2 2\na,1,2\nb,3,4\n");

    assertThatThrownBy(() -> WordVectorsFile.of(file).read())
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file
                + ": line 2: no \" \" in it, so no numbers; the first vector tells the width of all");
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("glove.txt");

    assertThatThrownBy(() -> WordVectorsFile.of(file).read())
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file + ": embeddings file not found; download it first, a name alone is not looked up");
  }

  @Test
  void whatIsNoTextIsRefused() throws IOException {
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "caf\u00e9 1 2\n".getBytes(StandardCharsets.ISO_8859_1));
    Path plain = write("plain.gz", "a 1 2\n");
    Path endless = write("endless.txt", "1".repeat((1 << 24) + 1));

    assertThatThrownBy(() -> WordVectorsFile.of(latin).read())
        .isInstanceOf(ModelException.class)
        .hasMessage(latin + ": cannot be read as lines of UTF-8 text (Input length = 1)");
    assertThatThrownBy(() -> WordVectorsFile.of(plain).read())
        .isInstanceOf(ModelException.class)
        .hasMessage(plain + ": cannot be read as lines of UTF-8 text (Not in GZIP format)");
    assertThatThrownBy(() -> WordVectorsFile.of(endless).read())
        .isInstanceOf(ModelException.class)
        .hasMessage(
            endless
                + ": cannot be read as lines of UTF-8 text (line 1 is longer than 16777216"
                + " characters)");
  }

  @Test
  void settingsThatMeanNothingAreRefused() {
    WordVectorsFile file = WordVectorsFile.of(folder);

    assertThatThrownBy(() -> file.withItemSeparator(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("itemSeparator is empty; give one such as \" \"");
    assertThatThrownBy(() -> file.withMaxVocabSize(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxVocabSize must be 0 for all words, or more, but is -1");
    assertThatThrownBy(() -> new WordVectors(List.of("a"), 2, new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 numbers are not 1 words times dimension 2");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static int[] bits(WordVectors vectors) {
    int[] bits = new int[vectors.values().length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(vectors.values()[i]));
    return bits;
  }
}
