// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextRowTest {
  private static TextRow parse(String line) {
    return TextRow.parse("f.jsonl line 7", line, "text");
  }

  @Test
  void everyColumnIsKeptAsItIsWritten() {
    String line =
        "{\"b\":1.50,\"text\":\"x\",\"a\":12345678901234567890,\"n\":{\"m\":[null,true]}}";
    TextRow row = parse(line);
    assertThat(row.text()).contains("x");
    assertThat(row.columns()).hasToString(line);
  }

  @Test
  void aNullHasNoText() {
    TextRow row = parse("{\"text\": null}");
    assertThat(row.text()).isEmpty();
    assertThat(row.columns()).hasToString("{\"text\":null}");
  }

  @Test
  void anotherColumnMayHoldTheText() {
    assertThat(TextRow.parse("f", "{\"a.b\": \"x\", \"text\": 5}", "a.b").text()).contains("x");
  }

  @Test
  void ofTwoEqualKeysTheLastCountsAsInPython() {
    assertThat(parse("{\"text\": \"a\", \"text\": \"b\"}").text()).contains("b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "true", "[\"x\"]", "{\"x\":1}"})
  void aTextThatIsNoStringIsRefused(String value) {
    assertThatThrownBy(() -> parse("{\"text\": " + value + "}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("f.jsonl line 7: \"text\" must be a string or null, but is " + value);
  }

  @Test
  void aMissingKeyIsRefusedWithThoseThatAreThere() {
    assertThatThrownBy(() -> parse("{\"id\": 1, \"Text\": \"x\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("f.jsonl line 7: no \"text\" among [id, Text]; name it with --column");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"text\":",
        "{\"text\": \"x\"} {\"text\": \"y\"}",
        "{text: \"x\"}",
        "{'text': 'x'}",
        "{\"text\": \"x\", \"n\": NaN}",
        "{\"text\": \"x\",}",
        "{\"text\": \"a\tb\"}",
        "x"
      })
  void whatIsNotJsonIsRefused(String line) {
    assertThatThrownBy(() -> parse(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("f.jsonl line 7: not valid JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"text\"]", "\"text\"", "null", "1"})
  void whatIsNoObjectIsRefused(String line) {
    assertThatThrownBy(() -> parse(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("f.jsonl line 7: expected a JSON object");
  }
}
