// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private List<TextRow> rows(String name, String text) throws IOException {
    return rows(file(name, text), "text");
  }

  private static List<TextRow> rows(Path file, String column) throws IOException {
    List<TextRow> rows = new ArrayList<>();
    try (TextFile text = TextFile.open(file, column)) {
      text.rows().forEachRemaining(rows::add);
    }
    return rows;
  }

  private static List<String> texts(List<TextRow> rows) {
    return rows.stream().map(row -> row.text().orElse("(null)")).toList();
  }

  @Test
  void everyLineOfATxtIsAText() throws IOException {
    List<TextRow> rows = rows("a.txt", "\uFEFFa b\r\n\r\n  \nc\n");
    assertThat(texts(rows)).containsExactly("a b", "", "  ", "c");
    assertThat(rows.get(0).columns()).hasToString("{\"text\":\"a b\"}");
    assertThat(rows("b.txt", "a\n\nb")).hasSize(3);
    assertThat(rows("empty.txt", "")).isEmpty();
  }

  @Test
  void aByteOrderMarkInsideIsText() throws IOException {
    assertThat(texts(rows("a.txt", "a\n\uFEFFb\n"))).containsExactly("a", "\uFEFFb");
  }

  @Test
  void malformedUtf8ReadsAsReplacementCharacters() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.write(file, new byte[] {'a', (byte) 0xff, 'b', (byte) 0xc3, '\n', 0, 'c'});
    assertThat(texts(rows(file, "text"))).containsExactly("a\uFFFDb\uFFFD", "\0c");
  }

  @Test
  void blankLinesOfJsonAreSkippedAndNullsKept() throws IOException {
    List<TextRow> rows =
        rows("a.jsonl", "\uFEFF{\"text\":\"a\"}\r\n\n \t\n{\"text\":null}\n{\"text\":\"\"}");
    assertThat(texts(rows)).containsExactly("a", "(null)", "");
  }

  @Test
  void aBadLineOfJsonIsNamedByItsNumberInTheFile() throws IOException {
    Path number = file("a.jsonl", "{\"text\":\"a\"}\n\n{\"text\":5}\n");
    assertThatThrownBy(() -> rows(number, "text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(number + " line 3: \"text\" must be a string or null, but is 5");
    Path missing = file("b.jsonl", "{\"text\":\"a\"}\n{\"id\":5}\n");
    assertThatThrownBy(() -> rows(missing, "text"))
        .hasMessage(missing + " line 2: no \"text\" among [id]; name it with --column");
  }

  @Test
  void aCsvKeepsWhatIsInQuotes() throws IOException {
    Path file = file("a.csv", "\uFEFFid,text\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n\r\n2, d \r\n");
    List<TextRow> rows = rows(file, "text");
    assertThat(texts(rows)).containsExactly("a, \"b\"\r\nc", " d ");
    assertThat(rows.get(1).columns()).hasToString("{\"id\":\"2\",\"text\":\" d \"}");
    assertThat(texts(rows(file, "id"))).containsExactly("1", "2");
  }

  @Test
  void fieldsThatAreNotThereAreEmptyAndThoseTooManyAreNotRead() throws IOException {
    List<TextRow> rows = rows("a.csv", "id,text\n1\n2,b,c\n");
    assertThat(texts(rows)).containsExactly("", "b");
    assertThat(rows.get(1).columns()).hasToString("{\"id\":\"2\",\"text\":\"b\"}");
    assertThat(rows("header.csv", "id,text\n")).isEmpty();
  }

  @Test
  void aColumnOfACsvWithoutANameIsNamedAsSparkDoes() throws IOException {
    assertThat(rows("a.csv", ",text\n0,x\n").get(0).columns())
        .hasToString("{\"_c0\":\"0\",\"text\":\"x\"}");
  }

  @Test
  void aMissingColumnIsRefusedWithThoseThatAreThere() {
    assertThatThrownBy(() -> rows("a.csv", "id,Text\n1,x\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            folder.resolve("a.csv")
                + ": no column \"text\" among [id, Text]; name it with --column");
    assertThatThrownBy(() -> rows("empty.csv", ""))
        .hasMessageEndingWith("empty.csv: no column \"text\" among []; name it with --column");
  }

  @Test
  void twoColumnsOfOneNameAreRefused() {
    assertThatThrownBy(() -> rows("a.csv", "text,a,a\nx,y,z\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("a.csv: two columns are named \"a\"; rename one");
  }

  @Test
  void badQuotesAreRefusedWithTheirPlace() {
    assertThatThrownBy(() -> rows("a.csv", "id,text\n1,\"a\" b\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.csv: ")
        .hasMessageContaining("line: 2");
    assertThatThrownBy(() -> rows("b.csv", "id,text\n1,\"a\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EOF");
  }

  @Test
  void checkReadsToTheEnd() throws IOException {
    Path file = file("a.jsonl", "{\"text\":\"a\"}\n".repeat(100) + "{");
    assertThatThrownBy(() -> TextFile.check(file, "text")).hasMessageContaining("line 101");
    Path good = folder.resolve("good.txt");
    Files.write(good, "a\nb".getBytes(StandardCharsets.UTF_8));
    TextFile.check(good, "text");
  }

  @Test
  void otherEndingsAreRefused() {
    assertThatThrownBy(() -> rows("a.md", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("a.md: the name must end in one of [.txt, .jsonl, .csv]");
    assertThatThrownBy(() -> FileFormat.of(Path.of("/"), FileFormat.CSV))
        .hasMessage("/: the name must end in one of [.csv]");
    assertThat(FileFormat.of(Path.of("A.CSV"), FileFormat.values())).isEqualTo(FileFormat.CSV);
  }
}
