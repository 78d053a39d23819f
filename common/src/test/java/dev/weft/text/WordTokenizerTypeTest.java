// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordTokenizerTypeTest {
  @ParameterizedTest
  @CsvSource({
    "sentence_transformers.models.tokenizer.WhitespaceTokenizer.WhitespaceTokenizer, WHITESPACE",
    "sentence_transformers.models.tokenizer.WhitespaceTokenizer, WHITESPACE",
    "sentence_transformers.sentence_transformer.modules.tokenizer.whitespace.WhitespaceTokenizer,"
        + " WHITESPACE",
    "sentence_transformers.models.tokenizer.PhraseTokenizer.PhraseTokenizer, PHRASE",
    "sentence_transformers.sentence_transformer.modules.tokenizer.phrase.PhraseTokenizer, PHRASE",
    "sentence_transformers.models.tokenizer.WordTokenizer.TransformersTokenizerWrapper,"
        + " TRANSFORMERS",
    "sentence_transformers.sentence_transformer.modules.tokenizer.word.TransformersTokenizerWrapper,"
        + " TRANSFORMERS",
  })
  void thePathsOfAllReleasesAreKnown(String path, WordTokenizerType expected) {
    WordTokenizerType type = WordTokenizerType.of("wordembedding_config.json", path);

    assertThat(type).isEqualTo(expected);
    assertThat(WordTokenizerType.of("again", type.path())).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sentence_transformers.models.tokenizer.OtherTokenizer",
        "my_package.WhitespaceTokenizer",
        "sentence_transformers.models.tokenizer.WhitespaceTokenizer."
      })
  void anotherPathListsTheKnown(String path) {
    assertThatThrownBy(() -> WordTokenizerType.of("m/wordembedding_config.json", path))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "m/wordembedding_config.json: \"tokenizer_class\" \""
                + path
                + "\" is not known; known: [sentence_transformers.models.tokenizer"
                + ".WhitespaceTokenizer.WhitespaceTokenizer,"
                + " sentence_transformers.models.tokenizer.PhraseTokenizer.PhraseTokenizer,"
                + " sentence_transformers.sentence_transformer.modules.tokenizer.word"
                + ".TransformersTokenizerWrapper], and their paths in other releases; code of a"
                + " model is never run");
  }

  @Test
  void eachHasItsFile() {
    assertThat(WordTokenizerType.WHITESPACE.file()).isEqualTo("whitespacetokenizer_config.json");
    assertThat(WordTokenizerType.PHRASE.file()).isEqualTo("phrasetokenizer_config.json");
    assertThat(WordTokenizerType.TRANSFORMERS.file()).isEqualTo("tokenizer.json");
  }
}
