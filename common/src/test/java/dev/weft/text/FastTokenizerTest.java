// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.weft.TestModel;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FastTokenizerTest {
  private static final String JSON = TestModel.of("pooling-mean").read("tokenizer.json");
  private static final int UNKNOWN = 1;
  private static final int FIRST = 2;
  private static final int LAST = 3;

  @Test
  void anEmptyTextIsItsSpecialTokens() {
    assertThat(ids(JSON, "")).containsExactly(FIRST, LAST);
    assertThat(ids(JSON, "   ")).containsExactly(FIRST, LAST);
  }

  @Test
  void textsKeepTheirOrderAndAreNotPadded() {
    try (FastTokenizer tokenizer = FastTokenizer.parse("tokenizer.json", JSON, 64)) {
      Tokens tokens = tokenizer.encode(List.of("a . a", "", "a"));

      assertThat(IntStream.range(0, 3).map(tokens::length)).containsExactly(5, 2, 3);
      assertThat(tokens.id(0, 1)).isEqualTo(tokens.id(2, 1)).isEqualTo(vocabulary("a"));
      assertThat(tokens.id(0, 2)).isEqualTo(vocabulary("."));
      assertThat(tokenizer.encode(List.of()).rows()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\uD83D", "a\uDE80", "a\uDE80\uD83D", "\uD83Da\uD83D\uDE80\uD83D"})
  void aLoneSurrogateCountsAsTheReplacementCharacter(String text) {
    // Without a normalizer, which would drop U+FFFD.
    String json = withoutNormalizer();

    int[] actual = ids(json, text);

    String replaced =
        text.codePoints()
            .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    assertThat(replaced).isNotEqualTo(text);
    assertThat(actual).isEqualTo(ids(json, replaced)).contains(UNKNOWN);
  }

  @Test
  void surrogatePairsStayWhole() {
    assertThat(Surrogates.replaceLone("a🚀b")).isSameAs("a🚀b");
    assertThat(Surrogates.replaceLone("\uDE80🚀\uD83D")).isEqualTo("\uFFFD🚀\uFFFD");
  }

  @Test
  void aNulCharacterEndsNothing() {
    int a = vocabulary("a");

    assertThat(ids(JSON, "a \0 a")).containsExactly(FIRST, a, a, LAST);
    assertThat(ids(withoutNormalizer(), "a \0 a")).containsExactly(FIRST, a, UNKNOWN, a, LAST);
  }

  @Test
  void aTextOfAMegabyteIsCutToTheMaximumLength() {
    int[] ids = ids(JSON, "a ".repeat(500_000));

    assertThat(ids).hasSize(64).startsWith(FIRST, vocabulary("a")).endsWith(LAST);
  }

  @Test
  void truncationAndPaddingOfTheFileAreIgnored() {
    JsonObject root = JsonParser.parseString(JSON).getAsJsonObject();
    root.add(
        "truncation",
        JsonParser.parseString(
            """
            {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
            """));
    root.add(
        "padding",
        JsonParser.parseString(
            """
            {"strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": null,
             "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}
            """));

    assertThat(ids(root.toString(), "a a a a a")).hasSize(7);
  }

  @Test
  void theBeginningIsCutWhereTheTokenizerSaysSo() {
    try (FastTokenizer tokenizer =
        FastTokenizer.parse("tokenizer.json", JSON, 4, TruncationSide.LEFT)) {
      Tokens tokens = tokenizer.encode(List.of("a a , .", "a", ""));

      assertThat(IntStream.range(0, 3).map(tokens::length)).containsExactly(4, 3, 2);
      assertThat(IntStream.range(0, 4).map(i -> tokens.id(0, i)))
          .containsExactly(FIRST, vocabulary(","), vocabulary("."), LAST);
    }
  }

  @ParameterizedTest
  @CsvSource({"'', 1", "a, 2", "'a a: ', 4"})
  void thePromptIsCountedWithItsLeadingSpecialTokens(String prompt, int length) {
    try (FastTokenizer tokenizer = FastTokenizer.parse("tokenizer.json", JSON, 64)) {
      assertThat(tokenizer.promptLength(prompt)).isEqualTo(length);
    }
  }

  @Test
  void aPromptIsCutAsATextIs() {
    try (FastTokenizer tokenizer = FastTokenizer.parse("tokenizer.json", JSON, 4)) {
      assertThat(tokenizer.promptLength("a a a a a")).isEqualTo(3);
      assertThat(tokenizer.promptLength("a")).isEqualTo(2);
    }
  }

  @Test
  void withoutASpecialTokenAtTheEndThePromptIsCountedWhole() {
    JsonObject root = JsonParser.parseString(JSON).getAsJsonObject();
    root.add("post_processor", JsonNull.INSTANCE);

    try (FastTokenizer tokenizer = FastTokenizer.parse("tokenizer.json", root.toString(), 64)) {
      assertThat(tokenizer.promptLength("a a: ")).isEqualTo(3);
      assertThat(tokenizer.encode(List.of("")).length(0)).isZero();
    }
  }

  @Test
  void lowerCasingGoesBeforeTheNormalizerOfTheFile() {
    String json = JSON.replace("\"lowercase\": true", "\"lowercase\": false");
    assertThat(json).isNotEqualTo(JSON);
    int a = vocabulary("a");
    assertThat(ids(json, "A a")).containsExactly(FIRST, UNKNOWN, a, LAST);

    String lower = TokenizerJson.lowerCasing("tokenizer.json", json);

    assertThat(ids(lower, "A a")).containsExactly(FIRST, a, a, LAST);
    // The own normalizer still drops control characters.
    assertThat(ids(lower, "A \0 a")).containsExactly(FIRST, a, a, LAST);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false} | false",
        "{\"tokenizer_class\": \"BertTokenizerFast\"} | true",
        "{\"tokenizer_class\": \"MPNetTokenizer\", \"do_lower_case\": true} | true",
      })
  void aClassOfBertsMakesItsNormalizerAnew(String config, boolean lower) {
    String json = JSON.replace("\"lowercase\": true", "\"lowercase\": " + !lower);
    int a = vocabulary("a");
    assertThat(ids(json, "A")).containsExactly(FIRST, lower ? UNKNOWN : a, LAST);

    String anew =
        TokenizerJson.normalizing(
            "tokenizer.json", json, Json.parse("tokenizer_config.json", config));

    assertThat(ids(anew, "A")).containsExactly(FIRST, lower ? a : UNKNOWN, LAST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"do_lower_case\": false}",
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"do_lower_case\": false}",
        "{\"tokenizer_class\": \"TokenizersBackend\", \"do_lower_case\": false}"
      })
  void otherClassesKeepTheNormalizerOfTheFile(String config) {
    Json json = Json.parse("tokenizer_config.json", config);

    assertThat(TokenizerJson.normalizing("tokenizer.json", JSON, json)).isSameAs(JSON);
  }

  @Test
  void lowerCasingNeedsNoNormalizerInTheFile() {
    int a = vocabulary("a");
    assertThat(ids(withoutNormalizer(), "A")).containsExactly(FIRST, UNKNOWN, LAST);

    String lower = TokenizerJson.lowerCasing("tokenizer.json", withoutNormalizer());

    assertThat(ids(lower, "A")).containsExactly(FIRST, a, LAST);
  }

  @Test
  void lowerCasingOfAFileThatIsNestedTooDeeplyNamesIt() {
    String deep = "{\"a\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";

    assertThatThrownBy(() -> TokenizerJson.lowerCasing("x/tokenizer.json", deep))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("x/tokenizer.json: not valid JSON (");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "null"})
  void lowerCasingOfABrokenFileNamesIt(String json) {
    assertThatThrownBy(() -> TokenizerJson.lowerCasing("x/tokenizer.json", json))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("x/tokenizer.json: not valid JSON (");
  }

  @Test
  void aMaximumWithoutRoomForATokenIsRefused() {
    assertThatThrownBy(() -> FastTokenizer.parse("x/tokenizer.json", JSON, 2))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "x/tokenizer.json: max_seq_length must be above the 2 special tokens of every text,"
                + " but is 2");
    try (FastTokenizer tokenizer = FastTokenizer.parse("x/tokenizer.json", JSON, 3)) {
      assertThat(tokenizer.encode(List.of("a . a")).length(0)).isEqualTo(3);
    }
  }

  private static int[] ids(String json, String text) {
    try (FastTokenizer tokenizer = FastTokenizer.parse("tokenizer.json", json, 64)) {
      Tokens tokens = tokenizer.encode(List.of(text));
      return IntStream.range(0, tokens.length(0)).map(at -> tokens.id(0, at)).toArray();
    }
  }

  private static String withoutNormalizer() {
    JsonObject root = JsonParser.parseString(JSON).getAsJsonObject();
    root.add("normalizer", JsonNull.INSTANCE);
    return root.toString();
  }

  private static int vocabulary(String token) {
    JsonObject root = JsonParser.parseString(JSON).getAsJsonObject();
    return root.getAsJsonObject("model").getAsJsonObject("vocab").get(token).getAsInt();
  }
}
