// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TreebankTokenizerTest {
  private record Numbers(Case[] cases) {}

  private record Case(String text, List<String> tokens) {}

  static Stream<Case> cases() {
    return Arrays.stream(Golden.read("treebank", Numbers.class).cases());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheTokensOfNltk(Case expected) {
    assertThat(TreebankTokenizer.tokenize(expected.text())).isEqualTo(expected.tokens());
  }

  @Test
  void aLongTextOfMarksIsNoTrouble() {
    int many = 200_000;
    assertThat(TreebankTokenizer.tokenize("x." + ")".repeat(many) + "y")).hasSize(many + 2);
    assertThat(TreebankTokenizer.tokenize("x." + "\t".repeat(many) + "y"))
        .containsExactly("x.", "y");
    assertThat(TreebankTokenizer.tokenize("'".repeat(many))).hasSize(many / 2);
    assertThat(TreebankTokenizer.tokenize("can't ".repeat(many))).hasSize(2 * many);
  }
}
