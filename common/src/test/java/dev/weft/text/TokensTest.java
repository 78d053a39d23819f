// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TokensTest {
  private static final Tokens TOKENS =
      tokens(new long[] {2, 7, 3}, new long[] {}, new long[] {2, 8, 9, 5, 3});

  @Test
  void aRowHoldsTheIdsOfItsText() {
    assertThat(TOKENS.rows()).isEqualTo(3);
    assertThat(TOKENS.total()).isEqualTo(8);
    assertThat(IntStream.range(0, 3).map(TOKENS::length)).containsExactly(3, 0, 5);
    assertThat(ids(TOKENS, 0)).containsExactly(2, 7, 3);
    assertThat(ids(TOKENS, 2)).containsExactly(2, 8, 9, 5, 3);
  }

  @Test
  void moreIdsThanExpectedAreKept() {
    Tokens.Builder builder = new Tokens.Builder(2);
    builder.add(LongStream.range(100, 5100).toArray());
    builder.add(new long[] {7});
    Tokens tokens = builder.build();

    assertThat(ids(tokens, 0)).isEqualTo(IntStream.range(100, 5100).toArray());
    assertThat(ids(tokens, 1)).containsExactly(7);
  }

  @Test
  void chosenRowsComeInTheOrderGivenWithTheirPrompt() {
    Tokens chosen = TOKENS.withPromptLength(2).select(new int[] {2, 0, 2});

    assertThat(chosen.rows()).isEqualTo(3);
    assertThat(ids(chosen, 0)).containsExactly(2, 8, 9, 5, 3);
    assertThat(ids(chosen, 1)).containsExactly(2, 7, 3);
    assertThat(ids(chosen, 2)).containsExactly(2, 8, 9, 5, 3);
    assertThat(chosen.promptLength()).isEqualTo(2);
    assertThat(TOKENS.promptLength()).isZero();
  }

  @Test
  void rowsAreCutAtTheMaximumAndKeepTheirPrompt() {
    Tokens cut = TOKENS.withPromptLength(4).cut(3);

    assertThat(cut.rows()).isEqualTo(3);
    assertThat(ids(cut, 0)).containsExactly(2, 7, 3);
    assertThat(cut.length(1)).isZero();
    assertThat(ids(cut, 2)).containsExactly(2, 8, 9);
    assertThat(cut.promptLength()).isEqualTo(3);
    assertThat(TOKENS.cut(5)).isSameAs(TOKENS);
  }

  @Test
  void theMaskIsAsWideAsTheLongestRow() {
    AttentionMask mask = TOKENS.mask(PaddingSide.LEFT);

    assertThat(mask.width()).isEqualTo(5);
    assertThat(IntStream.range(0, 3).map(mask::from)).containsExactly(2, 5, 0);
  }

  @Test
  void shorterRowsAreFilledOnTheSideOfTheMask() {
    assertThat(TOKENS.padded(TOKENS.mask(PaddingSide.RIGHT), 0))
        .containsExactly(2, 7, 3, 0, 0, 0, 0, 0, 0, 0, 2, 8, 9, 5, 3);
    assertThat(TOKENS.padded(TOKENS.mask(PaddingSide.LEFT), 1))
        .containsExactly(1, 1, 2, 7, 3, 1, 1, 1, 1, 1, 2, 8, 9, 5, 3);
  }

  @Test
  void noTextsAreNoRows() {
    Tokens none = tokens();

    assertThat(none.rows()).isZero();
    assertThat(none.total()).isZero();
    assertThat(none.mask(PaddingSide.RIGHT).width()).isZero();
  }

  private static Tokens tokens(long[]... rows) {
    Tokens.Builder builder = new Tokens.Builder(rows.length);
    for (long[] row : rows) {
      builder.add(row);
    }
    return builder.build();
  }

  private static int[] ids(Tokens tokens, int row) {
    return IntStream.range(0, tokens.length(row)).map(at -> tokens.id(row, at)).toArray();
  }
}
