// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTextTest {
  @Test
  void keysStandInTheOrderTheyAreAdded() {
    String text = new JsonText().with("z", 1).with("a", "x").with("m", true).print();

    assertThat(text)
        .isEqualTo(
            """
            {
              "z": 1,
              "a": "x",
              "m": true
            }
            """);
  }

  @Test
  void aKeyThatIsAddedAgainKeepsItsPlace() {
    String text = new JsonText().with("a", 1).with("b", 2).with("a", 3).print();

    assertThat(text.replaceAll("\\s", "")).isEqualTo("{\"a\":3,\"b\":2}");
  }

  @Test
  void listsAndMapsAreNested() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("second", List.of());
    map.put("first", Map.of());
    String text =
        new JsonText().with("list", List.of(1, "b", List.of(2.5f), map)).with("map", map).print();

    assertThat(text)
        .isEqualTo(
            """
            {
              "list": [
                1,
                "b",
                [
                  2.5
                ],
                {
                  "second": [],
                  "first": {}
                }
              ],
              "map": {
                "second": [],
                "first": {}
              }
            }
            """);
  }

  @Test
  void anEmptyOptionalIsNull() {
    String text =
        new JsonText().with("none", Optional.empty()).with("some", Optional.of("x")).print();

    assertThat(text)
        .isEqualTo(
            """
            {
              "none": null,
              "some": "x"
            }
            """);
  }

  @Test
  void numbersAreWrittenAsTheyAre() {
    String text =
        new JsonText()
            .with("int", Integer.MAX_VALUE)
            .with("long", Long.MAX_VALUE)
            .with("double", 0.1)
            .with("whole", 1.0)
            .with("small", 1e-12)
            .print();

    assertThat(text.replaceAll("\\s", ""))
        .isEqualTo(
            "{\"int\":2147483647,\"long\":9223372036854775807,\"double\":0.1,\"whole\":1.0,"
                + "\"small\":1.0E-12}");
  }

  @Test
  void unicodeAndMarkupStayAsTheyAre() {
    String given = "Zürich 東京 🚆 <s> & 'x' = \"y\" \\ \n \u2028";
    String text = new JsonText().with("Größe", given).print();

    assertThat(text)
        .isEqualTo("{\n  \"Größe\": \"Zürich 東京 🚆 <s> & 'x' = \\\"y\\\" \\\\ \\n \\u2028\"\n}\n");
    assertThat(Json.parse("x", text).string("Größe")).isEqualTo(given);
  }

  @Test
  void aListOfFilesIsPrintedAsOneArray() {
    assertThat(JsonText.print(List.of(new JsonText().with("idx", 0), new JsonText())))
        .isEqualTo("[\n  {\n    \"idx\": 0\n  },\n  {}\n]\n");
    assertThat(JsonText.print(List.<JsonText>of())).isEqualTo("[]\n");
  }

  @Test
  void whatIsAddedIsCopied() {
    List<String> list = new ArrayList<>(List.of("a"));
    JsonText text = new JsonText().with("list", list);
    list.add("b");

    assertThat(text.print()).doesNotContain("b");
  }

  @Test
  void otherValuesAreRefused() {
    assertThatThrownBy(() -> new JsonText().with("key", new Object()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no JSON value: class java.lang.Object");
    assertThatThrownBy(() -> new JsonText().with("key", List.of('c')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no JSON value: class java.lang.Character");
    assertThatThrownBy(() -> new JsonText().with("key", new int[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no JSON value: class [I");
  }

  @Test
  void aNumberThatJsonCannotHoldIsRefused() {
    for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new JsonText().with("key", number))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no JSON value: " + number);
    }
  }
}
