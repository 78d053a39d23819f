// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.weft.Golden;
import dev.weft.config.Json;
import java.util.List;
import java.util.stream.IntStream;

/** What the reference's word tokenizers make of the same texts under several settings. */
record WordGolden(
    List<String> stop_words,
    List<String> vocab,
    List<String> texts,
    Case[] whitespace,
    Case[] phrase) {

  /**
   * One setting.
   *
   * @param given what differs from the defaults
   * @param saved what the reference saves beside vocabulary and stop words
   * @param ids of every text
   */
  record Case(JsonObject given, JsonObject saved, int[][] ids) {
    /** The settings as a file that leaves defaults out. */
    Json config(WordGolden golden) {
      JsonObject config = given.deepCopy();
      if (!given.has("vocab")) {
        config.add("vocab", array(golden.vocab()));
      }
      return Json.parse("tokenizer.json", config.toString());
    }

    void assertIds(WordTokenizer tokenizer, WordGolden golden) {
      Tokens tokens = tokenizer.encode(golden.texts());
      assertThat(tokens.rows()).isEqualTo(ids.length);
      for (int row = 0; row < ids.length; row++) {
        assertThat(WordGolden.ids(tokens, row))
            .as("%s: %s", given, golden.texts().get(row))
            .isEqualTo(ids[row]);
      }
    }

    void assertSaved(WordTokenizer tokenizer) {
      JsonObject text = JsonParser.parseString(tokenizer.text()).getAsJsonObject();
      for (String key : saved.keySet()) {
        // No phrases are an empty separator here, which means the same.
        JsonElement value = saved.get(key);
        assertThat(text.get(key))
            .as(key)
            .isEqualTo(value.isJsonNull() ? new JsonPrimitive("") : value);
      }
      assertThat(text.keySet()).hasSize(saved.size() + 2).contains("vocab", "stop_words");
    }

    @Override
    public String toString() {
      return given.toString();
    }
  }

  static WordGolden read() {
    return Golden.read("words", WordGolden.class);
  }

  static int[] ids(Tokens tokens, int row) {
    return IntStream.range(0, tokens.length(row)).map(at -> tokens.id(row, at)).toArray();
  }

  static int[] ids(WordTokenizer tokenizer, String text) {
    return ids(tokenizer.encode(List.of(text)), 0);
  }

  private static JsonElement array(List<String> words) {
    JsonArray array = new JsonArray();
    words.forEach(array::add);
    return array;
  }
}
