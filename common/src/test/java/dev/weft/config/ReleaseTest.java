// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseTest {
  @ParameterizedTest
  @CsvSource({
    "4.1.0, 4, 1",
    "6.2, 6, 2",
    "5.4.0.dev0, 5, 4",
    "10.12.3, 10, 12",
    "3.0rc1, 3, 0",
    "2.0+cu118, 2, 0",
    "0006.2, 6, 2"
  })
  void aVersionHasTwoNumbers(String version, int major, int minor) {
    assertThat(Release.parse(version)).contains(new Release(major, minor));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "6", "v6.2", "6.", ".2", "6.x", "-1.0", "6,2", " 6.2", "12345.1", "1.99999"})
  void whatHasNoneIsNoVersion(String version) {
    assertThat(Release.parse(version)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "4.1, true",
    "5.9, true",
    "6.1, true",
    "6.2, false",
    "6.3, false",
    "6.10, false",
    "7.0, false",
    "10.0, false"
  })
  void releasesAreComparedByNumbers(String version, boolean before) {
    assertThat(Release.parse(version).orElseThrow().isBefore(6, 2)).isEqualTo(before);
  }

  @Test
  void majorNumbersComeFirst() {
    assertThat(new Release(5, 9).isBefore(10, 0)).isTrue();
    assertThat(new Release(10, 0).isBefore(5, 9)).isFalse();
  }
}
