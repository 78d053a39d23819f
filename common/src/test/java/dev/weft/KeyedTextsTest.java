// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyedTextsTest {
  @Test
  void theKeyIsTakenOffAndTheOrderKept() {
    KeyedTexts keyed =
        KeyedTexts.of(List.of(Map.of("query", "b"), Map.of("query", ""), Map.of("query", "a")));

    assertThat(keyed.key()).isEqualTo("query");
    assertThat(keyed.texts()).containsExactly("b", "", "a");
  }

  @Test
  void noInputHasNoKey() {
    assertThatThrownBy(() -> KeyedTexts.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no input, so no key; give at least one");
  }

  @Test
  void anInputOfTwoKeysIsRefused() {
    Map<String, String> two = new LinkedHashMap<>();
    two.put("query", "a");
    two.put("document", "b");

    assertThatThrownBy(() -> KeyedTexts.of(List.of(two)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an input must hold one key with its text, but holds the keys [query, document]");
  }
}
