// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionGroupsTest {
  private static final EncodeOptions PLAIN = EncodeOptions.DEFAULT;
  private static final EncodeOptions QUERY = PLAIN.withTask("query");

  @Test
  void equalOptionsAreOneGroupInTheOrderOfTheirFirstText() {
    Map<EncodeOptions, int[]> groups =
        OptionGroups.of(
            List.of(
                QUERY,
                PLAIN,
                PLAIN.withTask("query"),
                PLAIN.withPrompt("q: "),
                PLAIN,
                PLAIN.withTask(new String("query"))));

    assertThat(groups.keySet()).containsExactly(QUERY, PLAIN, PLAIN.withPrompt("q: "));
    assertThat(groups.get(QUERY)).containsExactly(0, 2, 5);
    assertThat(groups.get(PLAIN)).containsExactly(1, 4);
    assertThat(groups.get(PLAIN.withPrompt("q: "))).containsExactly(3);
  }

  @Test
  void everyDifferenceCounts() {
    List<EncodeOptions> all =
        List.of(
            PLAIN,
            PLAIN.withPrompt(""),
            PLAIN.withPromptName("query"),
            PLAIN.withTask("document"),
            PLAIN.withTruncateDim(3),
            PLAIN.withTruncateDim(4),
            PLAIN.normalized(),
            PLAIN.withProgress((done, total) -> {}));

    assertThat(OptionGroups.of(all)).hasSize(all.size());
  }

  @Test
  void noTextsAreNoGroups() {
    assertThat(OptionGroups.of(List.of())).isEmpty();
  }
}
