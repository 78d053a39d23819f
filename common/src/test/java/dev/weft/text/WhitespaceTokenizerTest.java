// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WhitespaceTokenizerTest {
  private static final WordGolden GOLDEN = WordGolden.read();

  static Stream<WordGolden.Case> cases() {
    return Arrays.stream(GOLDEN.whitespace());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheIdsOfTheReference(WordGolden.Case expected) {
    expected.assertIds(WhitespaceTokenizer.parse(expected.config(GOLDEN)), GOLDEN);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsWrittenReadsAsTheSame(WordGolden.Case expected) {
    WhitespaceTokenizer tokenizer = WhitespaceTokenizer.parse(expected.config(GOLDEN));

    WordTokenizer again = tokenizer.type().parse("again.json", tokenizer.text());

    expected.assertSaved(tokenizer);
    expected.assertIds(again, GOLDEN);
    assertThat(again.vocab()).isEqualTo(tokenizer.vocab());
    assertThat(again.text()).isEqualTo(tokenizer.text());
  }

  @Test
  void theBuilderHasTheSettingsOfTheFile() {
    WordTokenizer tokenizer =
        WhitespaceTokenizer.builder(List.of("b", "ÀB", "a"))
            .stopWords(Set.of("z", "y"))
            .lowerCase()
            .build();

    assertThat(tokenizer.text())
        .isEqualTo(
            "{\"vocab\":[\"b\",\"\\u00c0B\",\"a\"],"
                + "\"stop_words\":[\"y\",\"z\"],\"do_lower_case\":true}");
    assertThat(WordGolden.ids(tokenizer, "A! Z b")).containsExactly(2, 0);
    assertThat(tokenizer.vocab()).containsExactly("b", "ÀB", "a");
    assertThat(tokenizer.type()).isEqualTo(WordTokenizerType.WHITESPACE);
    tokenizer.close();
  }

  @Test
  void unlessToldOtherwiseEnglishStopWordsAreDropped() {
    WordTokenizer tokenizer = WhitespaceTokenizer.of(List.of("the", "cat"));

    assertThat(WordGolden.ids(tokenizer, "the THE cat")).containsExactly(1);
  }

  @Test
  void aWordThatStandsTwiceHasItsLastIdAndKeepsItsPlaces() {
    List<String> vocab = List.of("a", "b", "a", "c");
    WordTokenizer tokenizer = WhitespaceTokenizer.builder(vocab).stopWords(Set.of()).build();

    assertThat(WordGolden.ids(tokenizer, "a b c a")).containsExactly(2, 1, 3, 2);
    assertThat(tokenizer.text()).startsWith("{\"vocab\":[\"a\",\"b\",\"a\",\"c\"],");
  }

  @Test
  void wordsOfALargeVocabularyAreAllFound() {
    List<String> vocab = IntStream.range(0, 50_000).mapToObj(i -> "w" + i * 7919L).toList();
    WordTokenizer tokenizer = WhitespaceTokenizer.of(vocab);

    Tokens tokens = tokenizer.encode(List.of(String.join(" ", vocab), "w1 w2 w 7919"));

    assertThat(WordGolden.ids(tokens, 0)).isEqualTo(IntStream.range(0, 50_000).toArray());
    assertThat(tokens.length(1)).isZero();
  }

  @Test
  void textsOfOneCallDoNotTouchEachOther() {
    WordTokenizer tokenizer = WhitespaceTokenizer.of(List.of("long", "x"));
    String longText = "LONG ".repeat(1000);

    Tokens tokens = tokenizer.encode(List.of("x", longText, "", "X", longText, "y"));

    assertThat(IntStream.range(0, 6).map(tokens::length)).containsExactly(1, 1000, 0, 1, 1000, 0);
    assertThat(tokenizer.encode(Collections.emptyList()).rows()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | required key \"vocab\" is missing",
        "{'vocab': null} | required key \"vocab\" is missing",
        "{'vocab': 'cat'} | \"vocab\" must be a list of strings",
        "{'vocab': {'cat': 0}} | \"vocab\" must be a list of strings",
        "{'vocab': ['a', 3]} | \"vocab\" must be a list of strings, but item 1 is none",
        "{'vocab': ['a', 'b', null]} | \"vocab\" must be a list of strings, but item 2 is none",
        "{'vocab': [], 'stop_words': [true]} |"
            + " \"stop_words\" must be a list of strings, but item 0 is none",
        "{'vocab': [], 'do_lower_case': 1} | \"do_lower_case\" must be true or false, but is 1",
      })
  void aBrokenFileIsNamedWithItsKey(String json, String message) {
    Json config = Json.parse("0/whitespacetokenizer_config.json", json.replace('\'', '"'));

    assertThatThrownBy(() -> WhitespaceTokenizer.parse(config))
        .isInstanceOf(ModelException.class)
        .hasMessage("0/whitespacetokenizer_config.json: " + message);
  }

  @Test
  void stopWordsAreThoseOfTheReference() {
    assertThat(EnglishStopWords.words())
        .hasSize(386)
        .containsExactlyInAnyOrderElementsOf(GOLDEN.stop_words());
  }
}
