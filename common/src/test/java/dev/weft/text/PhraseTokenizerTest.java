// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PhraseTokenizerTest {
  private static final WordGolden GOLDEN = WordGolden.read();

  static Stream<WordGolden.Case> cases() {
    return Arrays.stream(GOLDEN.phrase());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheIdsOfTheReference(WordGolden.Case expected) {
    expected.assertIds(PhraseTokenizer.parse(expected.config(GOLDEN)), GOLDEN);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsWrittenReadsAsTheSame(WordGolden.Case expected) {
    PhraseTokenizer tokenizer = PhraseTokenizer.parse(expected.config(GOLDEN));

    WordTokenizer again = tokenizer.type().parse("again.json", tokenizer.text());

    expected.assertSaved(tokenizer);
    expected.assertIds(again, GOLDEN);
    assertThat(again.vocab()).isEqualTo(tokenizer.vocab());
    assertThat(again.text()).isEqualTo(tokenizer.text());
  }

  @Test
  void theBuilderHasTheSettingsOfTheFile() {
    List<String> vocab = List.of("New+York", "New", "York", "a+b+c");
    WordTokenizer tokenizer =
        PhraseTokenizer.builder(vocab)
            .stopWords(Set.of("z"))
            .lowerCase()
            .ngramSeparator("+")
            .maxNgramLength(2)
            .build();

    assertThat(tokenizer.text())
        .isEqualTo(
            "{\"vocab\":[\"New+York\",\"New\",\"York\",\"a+b+c\"],\"stop_words\":[\"z\"],"
                + "\"do_lower_case\":true,\"ngram_separator\":\"+\",\"max_ngram_length\":2}");
    assertThat(WordGolden.ids(tokenizer, "New York, York New a b c")).containsExactly(0, 2, 1);
    assertThat(tokenizer.type()).isEqualTo(WordTokenizerType.PHRASE);
  }

  @Test
  void unlessToldOtherwiseEnglishStopWordsAreDropped() {
    WordTokenizer tokenizer = PhraseTokenizer.of(List.of("the", "cat", "the_cat"));

    assertThat(WordGolden.ids(tokenizer, "The cat, the dog, cat")).containsExactly(2, 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | required key \"vocab\" is missing",
        "{'vocab': [], 'ngram_separator': 1} | \"ngram_separator\" must be a string, but is 1",
        "{'vocab': [], 'max_ngram_length': 2.5} |"
            + " \"max_ngram_length\" must be a whole number, but is 2.5",
      })
  void aBrokenFileIsNamedWithItsKey(String json, String message) {
    Json config = Json.parse("0/phrasetokenizer_config.json", json.replace('\'', '"'));

    assertThatThrownBy(() -> PhraseTokenizer.parse(config))
        .isInstanceOf(ModelException.class)
        .hasMessage("0/phrasetokenizer_config.json: " + message);
  }
}
