// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoredPairsTest {
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("pairs.csv"), text);
  }

  private ScoredPairs read(String text) throws IOException {
    return ScoredPairs.read(file(text));
  }

  @Test
  void aRecordWhoseScoreIsNoNumberIsTheHeader() throws IOException {
    ScoredPairs pairs = read("sentence1,sentence2,score\na,b,1.5\nc,d, 0\n");
    assertThat(pairs.first()).containsExactly("a", "c");
    assertThat(pairs.second()).containsExactly("b", "d");
    assertThat(pairs.scores().orElseThrow()).containsExactly(1.5, 0);
  }

  @Test
  void withoutAHeaderTheFirstRecordCounts() throws IOException {
    ScoredPairs pairs = read("a man,b,1.5\nc,d,-2e-1\n");
    assertThat(pairs.first()).containsExactly("a man", "c");
    assertThat(pairs.scores().orElseThrow()).containsExactly(1.5, -0.2);
  }

  @Test
  void withoutScoresTwoWordsAreTheHeader() throws IOException {
    ScoredPairs pairs = read("left,right\na man,b\n");
    assertThat(pairs.first()).containsExactly("a man");
    assertThat(pairs.scores()).isEmpty();
    assertThat(read("a man sings.,b\nc,d\n").first()).containsExactly("a man sings.", "c");
  }

  @Test
  void quotedFieldsHoldCommasQuotesAndLineBreaks() throws IOException {
    ScoredPairs pairs = read("\"a, \"\"b\"\"\r\nc\",\"\",3\r\n\r\nd,e,4");
    assertThat(pairs.first()).containsExactly("a, \"b\"\r\nc", "d");
    assertThat(pairs.second()).containsExactly("", "e");
  }

  @Test
  void fieldsAfterTheScoreAreNotRead() throws IOException {
    assertThat(read("a,b,1,x\nc,d,2\n").scores().orElseThrow()).containsExactly(1, 2);
  }

  @Test
  void aByteOrderMarkIsNoText() throws IOException {
    assertThat(read("\uFEFFa b,c\n").first()).containsExactly("a b");
  }

  @Test
  void aHeaderAloneHasNoPairs() throws IOException {
    assertThat(read("a,b,score\n").first()).isEmpty();
  }

  @Test
  void aScoreThatIsNoNumberIsRefused() {
    assertThatThrownBy(() -> read("a,b,score\nc,d,1\ne,f,high\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder.resolve("pairs.csv") + " record 3: the score \"high\" is not a number");
    assertThatThrownBy(() -> read("a,b,1\nc,d,NaN\n"))
        .hasMessageEndingWith("record 2: the score \"NaN\" is not a number");
  }

  @Test
  void tooFewFieldsAreRefused() {
    assertThatThrownBy(() -> read("a b.,b,1\nc,d\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("record 2: expected two texts and a score, but it has 2 fields");
    assertThatThrownBy(() -> read("a b.,b\nc\n"))
        .hasMessageEndingWith("record 2: expected two texts, but it has 1 fields");
  }

  @Test
  void whatIsNoTableIsRefused() {
    assertThatThrownBy(() -> read("")).hasMessageEndingWith("pairs.csv: is empty");
    assertThatThrownBy(() -> read("a,\"b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pairs.csv: ")
        .hasMessageContaining("EOF");
  }
}
