// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionMaskTest {
  private static final int[] LENGTHS = {4, 1, 0, 3};

  @ParameterizedTest
  @CsvSource({"RIGHT, 1111 1000 0000 1110", "LEFT, 1111 0001 0000 0111"})
  void shorterRowsArePaddedOnOneSide(PaddingSide side, String expected) {
    AttentionMask mask = AttentionMask.of(LENGTHS, 4, side);

    assertThat(bits(mask)).isEqualTo(expected);
    assertThat(mask.rows()).isEqualTo(4);
    assertThat(mask.width()).isEqualTo(4);
    assertThat(IntStream.range(0, 4).map(mask::length)).containsExactly(4, 1, 0, 3);
    assertThat(mask.isFull()).isFalse();
  }

  @Test
  void startsEndsAndLeftPaddingArePositions() {
    AttentionMask mask = AttentionMask.of(LENGTHS, 4, PaddingSide.LEFT);

    assertThat(IntStream.range(0, 4).map(mask::from)).containsExactly(0, 3, 4, 1);
    assertThat(IntStream.range(0, 4).map(mask::to)).containsExactly(4, 4, 4, 4);
    assertThat(IntStream.range(0, 4).map(mask::leftPads)).containsExactly(0, 3, 4, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "RIGHT, 0, 1111 1000 0000 1110",
    "RIGHT, 1, 0111 0000 0000 0110",
    "RIGHT, 2, 0011 0000 0000 0010",
    "RIGHT, 9, 0000 0000 0000 0000",
    "LEFT,  1, 0111 0000 0000 0011",
    "LEFT,  2, 0011 0000 0000 0001",
    "LEFT,  9, 0000 0000 0000 0000",
  })
  void aPromptIsCutOffAfterTheLeftPadding(PaddingSide side, int length, String expected) {
    AttentionMask mask = AttentionMask.of(LENGTHS, 4, side);

    AttentionMask cut = mask.withoutPrompt(length);

    assertThat(bits(cut)).isEqualTo(expected);
    assertThat(cut.leftPads(3)).isEqualTo(mask.leftPads(3));
    assertThat(bits(mask)).as("the mask itself stays").startsWith("1111");
  }

  @ParameterizedTest
  @EnumSource
  void rowsOfTheWholeWidthAreFull(PaddingSide side) {
    AttentionMask mask = AttentionMask.of(new int[] {3, 3}, 3, side);

    assertThat(mask.isFull()).isTrue();
    assertThat(mask.withoutPrompt(1).isFull()).isFalse();
    assertThat(AttentionMask.of(new int[] {3, 2}, 3, side).isFull()).isFalse();
  }

  @Test
  void anyTwoNumbersCanStandForTheMask() {
    AttentionMask mask = AttentionMask.of(new int[] {1, 2}, 2, PaddingSide.RIGHT);

    assertThat(mask.toFloats(0.5f, -7)).containsExactly(0.5f, -7, 0.5f, 0.5f);
    assertThat(mask.toFloats()).containsExactly(1, 0, 1, 1);
  }

  @Test
  void aRowMustFitTheWidth() {
    assertThatThrownBy(() -> AttentionMask.of(new int[] {2, 5}, 4, PaddingSide.LEFT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row 1 has length 5, the batch has width 4");
    assertThatThrownBy(() -> AttentionMask.of(new int[] {-1}, 4, PaddingSide.LEFT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row 0 has length -1, the batch has width 4");
  }

  /** The rows as text, such as {@code 1110 1000}. */
  private static String bits(AttentionMask mask) {
    float[] numbers = mask.toFloats();
    StringBuilder text = new StringBuilder();
    for (int start = 0; start < numbers.length; start += mask.width()) {
      text.append(start == 0 ? "" : " ");
      for (float number : Arrays.copyOfRange(numbers, start, start + mask.width())) {
        text.append((int) number);
      }
    }
    return text.toString();
  }
}
