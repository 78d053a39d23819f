// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.weft.Golden;
import dev.weft.TestModel;
import dev.weft.config.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredTokenizerTest {
  private static final String FILE = "x/tokenizer.json";
  private static final String JSON = TestModel.of("static").read("tokenizer.json");

  private record File(List<String> texts, List<Case> cases) {}

  private record Case(String name, int[][] ids) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final File GOLDEN = Golden.read("static", File.class);

  static List<Case> cases() {
    return GOLDEN.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheIdsOfTheReference(Case golden) throws Exception {
    Path folder = Path.of("src/test/resources/golden/static", golden.name());
    String json = Files.readString(folder.resolve("tokenizer.json"));

    assertThat(ids(json, GOLDEN.texts())).isDeepEqualTo(golden.ids());
    assertThat(ids(edited(json, StoredTokenizerTest::withoutShortcut), GOLDEN.texts()))
        .isDeepEqualTo(golden.ids());
  }

  /** What is encoded in Java is what the native library makes of it. */
  @ParameterizedTest
  @ValueSource(strings = {"lower", "cased", "short words", "last tokens"})
  void wordsAreEncodedAsTheNativeLibraryEncodesThem(String kind) {
    String json =
        edited(
            JSON,
            root -> {
              switch (kind) {
                case "cased" -> part(root, "normalizer").addProperty("lowercase", false);
                case "short words" ->
                    part(root, "model").addProperty("max_input_chars_per_word", 4);
                case "last tokens" -> root.add("truncation", truncation(9, 3, "Left"));
                default -> {}
              }
            });
    assertThat(TokenizerFile.parse(FILE, json).wordPiece()).isPresent();
    String plain = edited(json, StoredTokenizerTest::withoutShortcut);
    assertThat(TokenizerFile.parse(FILE, plain).wordPiece()).isEmpty();
    List<String> texts = new ArrayList<>(TestModel.texts("static"));
    Random random = new Random(23);
    for (int i = 0; i < 3000; i++) {
      texts.add(text(random, TestModel.texts("static")));
    }

    int[][] actual = ids(json, texts);

    int[][] expected = ids(plain, texts);
    for (int row = 0; row < expected.length; row++) {
      assertThat(actual[row]).as(texts.get(row)).isEqualTo(expected[row]);
    }
  }

  /** Words of real texts between anything that could be read in another way. */
  private static String text(Random random, List<String> source) {
    String[] odd = {
      "[CLS]",
      "[cls]",
      "[UNK]x",
      "a[MASK]b",
      "[",
      "]",
      "##s",
      "#",
      "\t",
      "\n",
      "\r",
      "\0",
      "\u0007",
      "\u000b",
      "\u000c",
      "\u001c",
      "\u007f",
      "\u0085",
      "\u00a0",
      "\u200b",
      "\u2028",
      "\ufeff",
      "É",
      "e\u0301",
      "\u0301",
      "ß",
      "İ",
      "ﬁ",
      "Ａ",
      "“",
      "—",
      "日本",
      "🚀",
      "\uD83D",
      "'",
      "a'b",
      "A1b2",
      "$5.00",
      "x".repeat(99),
      "X".repeat(100),
      "y".repeat(101),
      "é".repeat(101),
      "\\",
      "~",
      "`"
    };
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(12); n > 0; n--) {
      String[] words = (source.get(random.nextInt(source.size())) + " .").strip().split(" ");
      String word = words[random.nextInt(words.length)];
      text.append(random.nextInt(3) == 0 ? odd[random.nextInt(odd.length)] : word);
      if (random.nextInt(4) > 0) {
        text.append(random.nextInt(9) == 0 ? "  " : " ");
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"content\": \"zzcat\"}",
        "{\"content\": \"[two words]\"}",
        "{\"content\": \"[é]\"}",
        "{\"content\": \"éa\"}"
      })
  void addedTokensThatAnyWordMayHoldLeaveAllToTheNativeLibrary(String token) {
    String json =
        edited(
            JSON,
            root -> {
              JsonObject added =
                  root.getAsJsonArray("added_tokens").get(0).deepCopy().getAsJsonObject();
              JsonObject change = JsonParser.parseString(token).getAsJsonObject();
              change.entrySet().forEach(e -> added.add(e.getKey(), e.getValue()));
              added.addProperty("id", 900);
              root.getAsJsonArray("added_tokens").add(added);
            });
    String content = JsonParser.parseString(token).getAsJsonObject().get("content").getAsString();

    assertThat(TokenizerFile.parse(FILE, json).wordPiece()).isEmpty();
    assertThat(ids(json, List.of("a" + content + " b"))[0]).contains(900);
    try (StoredTokenizer tokenizer = StoredTokenizer.parse(FILE, json)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(901);
    }
  }

  @Test
  void aTemplateThatRepeatsTheTextLeavesAllToTheNativeLibrary() {
    String json =
        edited(
            JSON,
            root -> {
              JsonArray single = part(root, "post_processor").getAsJsonArray("single");
              single.add(single.get(1));
            });

    assertThat(TokenizerFile.parse(FILE, json).wordPiece()).isEmpty();
  }

  /** None of these may reach the native library, which would end the process. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, Right, LongestFirst", "0, 5, Left, OnlyFirst", "2, 2, Right, LongestFirst",
    "2, 9, Left, LongestFirst", "2, 0, Right, OnlySecond", "2, 1, Left, OnlyFirst"
  })
  void anyTruncationCutsToItsLength(int length, int stride, String direction, String strategy) {
    JsonObject block = truncation(length, stride, direction);
    block.addProperty("strategy", strategy);
    for (String json : List.of(JSON, edited(JSON, StoredTokenizerTest::withoutShortcut))) {
      int[] whole = ids(json, List.of("a b c d e"))[0];
      assertThat(whole).hasSizeGreaterThan(4);
      int from = direction.equals("Left") ? whole.length - length : 0;

      int[][] cut =
          ids(edited(json, root -> root.add("truncation", block)), List.of("a b c d e", ""));

      assertThat(cut[0]).isEqualTo(Arrays.copyOfRange(whole, from, from + length));
      assertThat(cut[1]).isEmpty();
    }
  }

  @Test
  void withoutADirectionTheFirstTokensStay() {
    JsonObject block = truncation(2, 0, "Right");
    block.remove("direction");

    assertThat(
            TokenizerFile.parse(FILE, edited(JSON, root -> root.add("truncation", block)))
                .truncation())
        .isEqualTo(Truncation.at(2));
  }

  @Test
  void countsAboveAnIntCutNothing() {
    String json =
        edited(
            JSON,
            root -> {
              JsonObject block = truncation(1, 0, "Right");
              block.add("max_length", JsonParser.parseString("18446744073709551615"));
              root.add("truncation", block);
              root.getAsJsonObject("model").addProperty("max_input_chars_per_word", 4294967295L);
            });

    assertThat(ids(json, List.of("a b c", ""))).isDeepEqualTo(ids(JSON, List.of("a b c", "")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "\"6\"", "99999999999999999999999"})
  void aLengthThatIsNoCountIsRefused(String length) {
    String json =
        edited(
            JSON,
            root -> {
              JsonObject block = truncation(1, 0, "Right");
              block.add("max_length", JsonParser.parseString(length));
              root.add("truncation", block);
            });

    assertThatThrownBy(() -> StoredTokenizer.parse(FILE, json))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(FILE + ": not a usable tokenizer (");
  }

  @Test
  void theVocabularyEndsAfterItsLargestId() {
    try (StoredTokenizer tokenizer = StoredTokenizer.parse(FILE, JSON)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(900);
    }
    String gap =
        edited(JSON, root -> part(part(root, "model"), "vocab").addProperty("zzyzx", 5000));
    try (StoredTokenizer tokenizer = StoredTokenizer.parse(FILE, gap)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(5001);
      assertThat(tokenizer.encode(TextBatch.of(List.of("zzyzx"))).id(0, 0)).isEqualTo(5000);
    }
  }

  @Test
  void theVocabularyOfAUnigramModelIsAList() {
    String json =
        """
        {"version": "1.0", "truncation": null, "padding": null, "normalizer": null,
         "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
         "added_tokens": [
           {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true},
           {"id": 3, "content": "<x>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true}],
         "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
           "vocab": [["<unk>", 0.0], ["a", -1.0], ["b", -2.0]]}}
        """;

    try (StoredTokenizer tokenizer = StoredTokenizer.parse(FILE, json)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(4);
      assertThat(ids(json, List.of("ab q<x>"))[0]).containsExactly(1, 2, 0, 3);
    }
  }

  /** At the first unknown word the native library would end the process. */
  @Test
  void aModelWithoutATokenForUnknownWordsIsRefused() {
    String json = edited(JSON, root -> part(root, "model").addProperty("unk_token", "[NOPE]"));
    String message =
        FILE
            + ": the model's unk_token \"[NOPE]\" is not in its vocabulary; without a token for"
            + " unknown words it cannot be used";

    assertThatThrownBy(() -> StoredTokenizer.parse(FILE, json))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> FastTokenizer.parse(FILE, json, 64))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }

  @Test
  void bytePairsMayLeaveOutWhatTheyDoNotKnowButNotNameATokenTheyLack() {
    String json =
        """
        {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
         "post_processor": null, "decoder": null,
         "model": {"type": "BPE", "unk_token": null, "vocab": {"a": 0, "b": 1}, "merges": []}}
        """;
    assertThat(ids(json, List.of("azb"))[0]).containsExactly(0, 1);

    String broken = json.replace("\"unk_token\": null", "\"unk_token\": \"<unk>\"");
    assertThatThrownBy(() -> FastTokenizer.parse(FILE, broken, 64))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            FILE
                + ": the model's unk_token \"<unk>\" is not in its vocabulary; without a token for"
                + " unknown words it cannot be used");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "null", "{}"})
  void aBrokenFileIsNamed(String json) {
    assertThatThrownBy(() -> StoredTokenizer.parse(FILE, json))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(FILE + ": not a usable tokenizer (");
  }

  private static int[][] ids(String json, List<String> texts) {
    try (StoredTokenizer tokenizer = StoredTokenizer.parse(FILE, json)) {
      Tokens tokens = tokenizer.encode(TextBatch.of(texts));
      assertThat(tokens.flat()).hasSize(tokens.total());
      assertThat(tokens.offsets()).hasSameSizeAs(texts);
      return IntStream.range(0, tokens.rows())
          .mapToObj(row -> IntStream.range(0, tokens.length(row)).map(i -> tokens.id(row, i)))
          .map(IntStream::toArray)
          .toArray(int[][]::new);
    }
  }

  private interface Edit {
    void apply(JsonObject root);
  }

  private static String edited(String json, Edit edit) {
    JsonObject root = JsonParser.parseString(json).getAsJsonObject();
    edit.apply(root);
    return root.toString();
  }

  /** The same tokenizer in a form that only the native library knows. */
  private static void withoutShortcut(JsonObject root) {
    JsonElement own = root.get("normalizer");
    JsonArray chain = new JsonArray();
    chain.add(own == null ? JsonNull.INSTANCE : own);
    JsonObject sequence = new JsonObject();
    sequence.addProperty("type", "Sequence");
    sequence.add("normalizers", chain);
    root.add("normalizer", sequence);
  }

  private static JsonObject part(JsonObject root, String key) {
    return root.getAsJsonObject(key);
  }

  private static JsonObject truncation(int length, int stride, String direction) {
    JsonObject block = new JsonObject();
    block.addProperty("direction", direction);
    block.addProperty("max_length", length);
    block.addProperty("strategy", "LongestFirst");
    block.addProperty("stride", stride);
    return block;
  }
}
