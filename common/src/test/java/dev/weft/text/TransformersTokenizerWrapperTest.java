// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TestModel;
import dev.weft.config.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformersTokenizerWrapperTest {
  private static final String JSON = TestModel.of("pooling-mean").read("tokenizer.json");

  @Test
  void idsHaveSpecialTokensAndAreNotCut() {
    try (WordTokenizer tokenizer = TransformersTokenizerWrapper.parse("tokenizer.json", JSON)) {
      int a = tokenizer.vocab().indexOf("a");

      assertThat(WordGolden.ids(tokenizer, "")).containsExactly(2, 3);
      assertThat(WordGolden.ids(tokenizer, "a A")).containsExactly(2, a, a, 3);
      assertThat(WordGolden.ids(tokenizer, "a ".repeat(5000))).hasSize(5002);
    }
  }

  @Test
  void theVocabularyIsInIdOrderWithAddedTokens() {
    try (WordTokenizer tokenizer = TransformersTokenizerWrapper.parse("tokenizer.json", JSON)) {
      assertThat(tokenizer.vocab()).startsWith("[PAD]", "[UNK]", "[CLS]", "[SEP]");
      assertThat(tokenizer.text()).isEqualTo(JSON);
      assertThat(tokenizer.type()).isEqualTo(WordTokenizerType.TRANSFORMERS);
    }
  }

  @Test
  void listsAndObjectsOfTokensAreRead() {
    assertThat(
            TokenizerJson.vocab(
                "x",
                """
                {"model": {"vocab": [["<s>", 0.0], ["a", -1.5]]},
                 "added_tokens": [{"id": 1, "content": "A"}, {"id": 4, "content": "<m>"}]}
                """))
        .containsExactly("<s>", "A", "", "", "<m>");
    assertThat(TokenizerJson.vocab("x", "{\"model\": {\"vocab\": {\"b\": 1, \"a\": 0}}}"))
        .containsExactly("a", "b");
    assertThat(TokenizerJson.vocab("x", "{\"model\": {\"vocab\": {}}}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | \"model\" or \"added_tokens\" is not that of a tokenizer",
        "{'model': {'vocab': {'a': 'x'}}} |"
            + " \"model\" or \"added_tokens\" is not that of a tokenizer",
        "{'model': {'vocab': [[]]}} | \"model\" or \"added_tokens\" is not that of a tokenizer",
        "{'model': {'vocab': {'a': 2000000000}}} |"
            + " token ids must be 0 to 16777216, but go from 2000000000 to 2000000000",
        "{'model': {'vocab': {'a': -1, 'b': 3}}} |"
            + " token ids must be 0 to 16777216, but go from -1 to 3",
      })
  void aBrokenFileIsNamed(String json, String message) {
    assertThatThrownBy(() -> TokenizerJson.vocab("m/tokenizer.json", json.replace('\'', '"')))
        .isInstanceOf(ModelException.class)
        .hasMessage("m/tokenizer.json: " + message);
    assertThatThrownBy(() -> TransformersTokenizerWrapper.parse("m/tokenizer.json", "{}"))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("m/tokenizer.json: not a usable tokenizer (");
  }
}
