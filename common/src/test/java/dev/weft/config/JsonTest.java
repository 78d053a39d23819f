// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final String FILE = "1_Pooling/config.json";

  private static Json parse(String text) {
    return Json.parse(FILE, text.replace('\'', '"'));
  }

  @Test
  void theFirstKeyThatIsThereAndNotNullCounts() {
    Json json = parse("{'new': null, 'old': 3, 'oldest': 4}");

    assertThat(json.integer("new", "old", "oldest")).isEqualTo(3);
    assertThat(json.findInteger("new")).isEmpty();
    assertThat(json.findInteger("gone")).isEmpty();
    assertThat(json.has("new")).isFalse();
    assertThat(json.has("new", "oldest")).isTrue();
    assertThat(json.keys()).containsExactly("new", "old", "oldest");
    assertThat(json.file()).isEqualTo(FILE);
  }

  @Test
  void wholeNumbersBeyondAnIntAreTheLargest() {
    Json json = parse("{'a': 1e30, 'b': -1e30, 'c': 7.0, 'd': 2147483648}");

    assertThat(json.integer("a")).isEqualTo(Integer.MAX_VALUE);
    assertThat(json.integer("b")).isEqualTo(Integer.MIN_VALUE);
    assertThat(json.integer("c")).isEqualTo(7);
    assertThat(json.integer("d")).isEqualTo(Integer.MAX_VALUE);
    assertThat(json.number("c")).isEqualTo(7);
    assertThat(json.findNumber("x")).isEmpty();
  }

  @Test
  void listsOfWholeNumbersAreRead() {
    Json json = parse("{'k': [1, 3.0, -5], 'none': [], 'null': null}");

    assertThat(json.integers("k")).containsExactly(1, 3, -5);
    assertThat(json.integers("gone", "k")).containsExactly(1, 3, -5);
    assertThat(json.integers("none")).isEmpty();
    assertThat(json.integers("null")).isEmpty();
    assertThat(json.integers("gone")).isEmpty();
  }

  @Test
  void listsOfStringsAreRead() {
    Json json = parse("{'list': ['b', 'ü', 'b'], 'one': 'x', 'none': []}");

    assertThat(json.strings("list")).containsExactly("b", "ü", "b");
    assertThat(json.strings("one")).containsExactly("x");
    assertThat(json.strings("gone")).isEmpty();
    assertThat(json.stringList("list")).containsExactly("b", "ü", "b");
    assertThat(json.findStringList("none")).contains(List.of());
    assertThat(json.findStringList("gone")).isEmpty();
  }

  @Test
  void objectsKeepTheirFileAndTheOrderOfKeys() {
    Json json = parse("{'inner': {'z': 1, 'a': 2}, 'list': [{'x': 1}, {}], 'null': null}");

    assertThat(json.object("inner").keys()).containsExactly("z", "a");
    assertThat(json.object("inner").file()).isEqualTo(FILE);
    assertThat(json.object("gone").keys()).isEmpty();
    assertThat(json.object("null").file()).isEqualTo(FILE);
    assertThat(json.objects("list")).hasSize(2);
    assertThat(json.objects("list").get(0).integer("x")).isEqualTo(1);
    assertThat(json.objects("gone")).isEmpty();
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        wrong("{}", j -> j.string("a"), "required key \"a\" is missing"),
        wrong("{'b': null}", j -> j.integer("a", "b"), "required key \"a\" is missing"),
        wrong("{}", j -> j.number("a"), "required key \"a\" is missing"),
        wrong("{}", j -> j.stringList("a"), "required key \"a\" is missing"),
        wrong("{'a': 1}", j -> j.string("a"), "\"a\" must be a string, but is 1"),
        wrong(
            "{'b': true}",
            j -> j.findString("a", "b"),
            "\"a\" or \"b\" must be a string, but is true"),
        wrong("{'a': '1'}", j -> j.integer("a"), "\"a\" must be a number, but is \"1\""),
        wrong("{'a': 1.5}", j -> j.integer("a"), "\"a\" must be a whole number, but is 1.5"),
        wrong("{'a': [1]}", j -> j.number("a"), "\"a\" must be a number, but is [1]"),
        wrong("{'a': 0}", j -> j.findBool("a"), "\"a\" must be true or false, but is 0"),
        wrong(
            "{'a': 'true'}", j -> j.findBool("a"), "\"a\" must be true or false, but is \"true\""),
        wrong(
            "{'a': {}}",
            j -> j.strings("a"),
            "\"a\" must be a string or a list of strings, but is {}"),
        wrong(
            "{'a': ['x', 1]}",
            j -> j.strings("a"),
            "\"a\" must be a list of strings, but is [\"x\",1]"),
        wrong("{'a': 'x'}", j -> j.stringList("a"), "\"a\" must be a list of strings"),
        wrong(
            "{'a': ['x', null]}",
            j -> j.stringList("a"),
            "\"a\" must be a list of strings, but item 1 is none"),
        wrong("{'a': [1]}", j -> j.object("a"), "\"a\" must be an object, but is [1]"),
        wrong("{'a': {}}", j -> j.objects("a"), "\"a\" must be a list of objects, but is {}"),
        wrong(
            "{'a': [{}, 1]}",
            j -> j.objects("a"),
            "\"a\" must be a list of objects, but is [{},1]"),
        wrong("{'a': 3}", j -> j.integers("a"), "\"a\" must be a list of whole numbers, but is 3"),
        wrong(
            "{'b': [1, 2.5]}",
            j -> j.integers("a", "b"),
            "\"a\" or \"b\" must be a list of whole numbers, but is [1,2.5]"),
        wrong(
            "{'a': ['1']}",
            j -> j.integers("a"),
            "\"a\" must be a list of whole numbers, but is [\"1\"]"),
        wrong(
            "{'a': [4294967297]}",
            j -> j.integers("a"),
            "\"a\" must be a list of whole numbers, but is [4294967297]"),
        wrong(
            "{'a': [null]}",
            j -> j.integers("a"),
            "\"a\" must be a list of whole numbers, but is [null]"));
  }

  private static Arguments wrong(String json, Function<Json, Object> read, String message) {
    return Arguments.of(json, read, message);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aComplaintNamesFileKeyAndValue(String json, Function<Json, Object> read, String message) {
    assertThatThrownBy(() -> read.apply(parse(json)))
        .isInstanceOf(ModelException.class)
        .hasMessage(FILE + ": " + message);
  }

  @Test
  void otherKeysLieOverTheOldOnesAndTheObjectStaysAsItIs() {
    Json json = parse("{'z': 1, 'a': {'deep': [1]}, 'm': 'x'}");
    Map<String, Object> overrides = new LinkedHashMap<>();
    overrides.put("a", Map.of("other", 2));
    overrides.put("new", Optional.empty());
    overrides.put("m", List.of("y"));

    Json changed = json.with(overrides);

    assertThat(changed.keys()).containsExactly("z", "a", "m", "new");
    assertThat(changed.text().replaceAll("\\s", ""))
        .isEqualTo("{\"z\":1,\"a\":{\"other\":2},\"m\":[\"y\"],\"new\":null}");
    assertThat(changed.has("new")).isFalse();
    assertThat(changed.file()).isEqualTo(FILE);
    assertThat(json.text().replaceAll("\\s", ""))
        .isEqualTo("{\"z\":1,\"a\":{\"deep\":[1]},\"m\":\"x\"}");
  }

  @Test
  void theValuesOfOneObjectGoIntoAnother() {
    Json from = parse("{'b': [1, {'c': null}], 'a': 'ü', 'n': 1e30, 'f': false}");

    Json to = Json.empty("x.json").with(from.values());

    assertThat(from.values().keySet()).containsExactly("b", "a", "n", "f");
    assertThat(to.text()).isEqualTo(from.text());
    assertThat(to.file()).isEqualTo("x.json");
  }

  @Test
  void aTextThatIsReadIsWrittenAgain() {
    String text =
        """
        {
          "model_max_length": 1000000000000000019884624838656,
          "Größe": "🚆 <s>",
          "none": null,
          "eps": 1e-12,
          "list": [
            1,
            2.50
          ]
        }
        """;

    assertThat(Json.parse(FILE, text).text()).isEqualTo(text);
    assertThat(Json.empty(FILE).text()).isEqualTo("{}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "3", "'x'", "null", "", "  "})
  void onlyAnObjectIsOne(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(ModelException.class)
        .hasMessage(FILE + ": expected a JSON object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{'a' 1}", "{'a': 1}}", "]"})
  void whatIsNoJsonIsNamed(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(FILE + ": not valid JSON (");
  }

  @Test
  void depthEndsNoProcess() {
    assertThatThrownBy(() -> parse("{'a':".repeat(100_000)))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(FILE + ": not valid JSON (");
  }
}
