// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DownloadTest {
  @Test
  void saysHowMuchOfAModelHasCome() {
    assertThat(Download.line("org/tiny", 12_340_000, 90_900_000))
        .isEqualTo("fetching org/tiny: 12.3 of 90.9 MB ");
    assertThat(Download.line("org/tiny", 12_340_000, 0)).isEqualTo("fetching org/tiny: 12.3 MB ");
  }
}
