// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.EncodeOptions;
import org.junit.jupiter.api.Test;

class VectorCacheTest {
  private static final EncodeOptions OPTIONS = EncodeOptions.DEFAULT;

  /** Of a text of two characters and a vector of three. */
  private static final int ENTRY = 160 + 4 + 12;

  private final VectorCache cache = new VectorCache();

  @Test
  void theLongestUnusedGoesFirst() {
    cache.growTo(3 * ENTRY);
    put("t1", 1);
    put("t2", 2);
    put("t3", 3);
    assertThat(cache.find("t1", OPTIONS)).isPresent();

    put("t4", 4);

    assertThat(cache.find("t2", OPTIONS)).isEmpty();
    assertThat(cache.find("t1", OPTIONS).orElseThrow()).containsExactly(1, 1, 1);
    assertThat(cache.find("t4", OPTIONS).orElseThrow()).containsExactly(4, 4, 4);
    assertThat(cache.bytes()).isEqualTo(3 * ENTRY);
    assertThat(cache.hits()).isEqualTo(3);
    assertThat(cache.misses()).isEqualTo(1);
  }

  @Test
  void whatIsPutAgainCountsOnce() {
    cache.growTo(3 * ENTRY);
    put("t1", 1);
    put("t1", 2);

    assertThat(cache.bytes()).isEqualTo(ENTRY);
    assertThat(cache.find("t1", OPTIONS).orElseThrow()).containsExactly(2, 2, 2);
  }

  @Test
  void whatNeverFitsThrowsNothingOut() {
    cache.growTo(ENTRY);
    put("t1", 1);

    put("a text that is far too long for so small a cache".repeat(9), 2);

    assertThat(cache.find("t1", OPTIONS)).isPresent();
  }

  @Test
  void withoutRoomItKeepsAndCountsNothing() {
    put("t1", 1);

    assertThat(cache.find("t1", OPTIONS)).isEmpty();
    assertThat(cache.misses()).isZero();
    assertThat(cache.bytes()).isZero();
  }

  @Test
  void roomThatAnotherAskedForStays() {
    cache.growTo(2 * ENTRY);
    cache.growTo(ENTRY);
    put("t1", 1);
    put("t2", 2);

    assertThat(cache.bytes()).isEqualTo(2 * ENTRY);
  }

  private void put(String text, float value) {
    cache.put(text, OPTIONS, new float[] {value, value, value});
  }
}
