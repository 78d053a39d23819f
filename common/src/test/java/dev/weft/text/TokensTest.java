// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    Tokens cut = TOKENS.withPromptLength(4).cut(Truncation.at(3));

    assertThat(cut.rows()).isEqualTo(3);
    assertThat(ids(cut, 0)).containsExactly(2, 7, 3);
    assertThat(cut.length(1)).isZero();
    assertThat(ids(cut, 2)).containsExactly(2, 8, 9);
    assertThat(cut.promptLength()).isEqualTo(3);
    assertThat(TOKENS.cut(Truncation.at(5))).isSameAs(TOKENS);
  }

  @Test
  void specialTokensStayAtBothEndsOfACutRow() {
    Tokens right = TOKENS.cut(new Truncation(4, TruncationSide.RIGHT, 1, 1));
    Tokens left = TOKENS.cut(new Truncation(4, TruncationSide.LEFT, 1, 1));

    assertThat(ids(right, 0)).containsExactly(2, 7, 3);
    assertThat(ids(right, 2)).containsExactly(2, 8, 9, 3);
    assertThat(ids(left, 2)).containsExactly(2, 9, 5, 3);
  }

  @Test
  void aCutRowKnowsHowManyTokensItsTextHad() {
    Tokens cut = TOKENS.cut(Truncation.at(3));

    assertThat(cut.cutRows()).isEqualTo(1);
    assertThat(IntStream.range(0, 3).mapToObj(cut::isCut)).containsExactly(false, false, true);
    assertThat(IntStream.range(0, 3).map(cut::wholeLength)).containsExactly(3, 0, 5);
    assertThat(TOKENS.cutRows()).isZero();
    assertThat(TOKENS.wholeLength(2)).isEqualTo(5);
    assertThat(cut.withPromptLength(1).isCut(2)).isTrue();
  }

  @Test
  void splitRowsHaveThePromptAndTheSpecialTokensInEveryWindow() {
    Tokens rows =
        tokens(
            new long[] {2, 7, 4, 3}, new long[] {2, 7, 11, 12, 13, 14, 15, 3}, new long[] {2, 3});
    Truncation five = new Truncation(5, TruncationSide.RIGHT, 1, 1);

    Tokens split = rows.split(five, tokens(new long[] {2, 7, 3}));

    assertThat(split.rows()).isEqualTo(5);
    assertThat(IntStream.range(0, 5).map(split::text)).containsExactly(0, 1, 1, 1, 2);
    assertThat(ids(split, 0)).containsExactly(2, 7, 4, 3);
    assertThat(ids(split, 1)).containsExactly(2, 7, 11, 12, 3);
    assertThat(ids(split, 2)).containsExactly(2, 7, 13, 14, 3);
    assertThat(ids(split, 3)).containsExactly(2, 7, 15, 3);
    assertThat(ids(split, 4)).containsExactly(2, 3);
    assertThat(IntStream.range(0, 5).map(split::ownTokens)).containsExactly(1, 2, 2, 1, 0);
    assertThat(split.isSplit()).isTrue();
    assertThat(split.cutRows()).isZero();
    assertThat(split.wholeLength(1)).isEqualTo(5);
  }

  @Test
  void withoutAPromptOnlyTheSpecialTokensAreRepeated() {
    Truncation four = new Truncation(4, TruncationSide.RIGHT, 1, 1);

    Tokens split = TOKENS.split(four, tokens(new long[] {2, 3}));

    assertThat(IntStream.range(0, 4).map(split::text)).containsExactly(0, 1, 2, 2);
    assertThat(ids(split, 1)).isEmpty();
    assertThat(ids(split, 2)).containsExactly(2, 8, 9, 3);
    assertThat(ids(split, 3)).containsExactly(2, 5, 3);
    assertThat(TOKENS.split(Truncation.at(5), tokens(new long[] {}))).isSameAs(TOKENS);
    assertThat(TOKENS.isSplit()).isFalse();
    assertThat(TOKENS.text(2)).isEqualTo(2);
  }

  @Test
  void aPromptThatLeavesNoRoomIsRefused() {
    Truncation four = new Truncation(4, TruncationSide.RIGHT, 1, 1);
    Tokens prompt = tokens(new long[] {2, 8, 9, 3});

    assertThatThrownBy(() -> TOKENS.split(four, prompt))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a text cannot be split behind this prompt: with the special tokens it has 4 tokens,"
                + " and the model takes at most 4; shorten the prompt");
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
