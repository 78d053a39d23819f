// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir private Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void writeFolder(Path folder, String text) throws IOException {
    Files.createDirectories(folder.resolve("in"));
    Files.writeString(folder.resolve("in/part"), text);
  }

  @Test
  void nothingIsUnderTheNameBeforeCommit() throws IOException {
    Path target = folder.resolve("out.jsonl");
    try (WholeFile whole = new WholeFile(target)) {
      Files.writeString(whole.partial(), "new");
      assertThat(target).doesNotExist();
      assertThat(whole.partial()).hasParent(folder);
      whole.commit();
      assertThat(target).hasContent("new");
    }
    assertThat(names()).containsExactly("out.jsonl");
  }

  @Test
  void nothingIsLeftAfterCloseWithoutCommit() throws IOException {
    try (WholeFile file = new WholeFile(folder.resolve("out.jsonl"));
        WholeFile tree = new WholeFile(folder.resolve("out.parquet"))) {
      Files.writeString(file.partial(), "new");
      writeFolder(tree.partial(), "new");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void nothingNeedsToBeWritten() throws IOException {
    new WholeFile(folder.resolve("out.jsonl")).close();
    assertThat(names()).isEmpty();
  }

  @Test
  void whatIsThereStaysUntilCommit() throws IOException {
    Path target = Files.writeString(folder.resolve("out.jsonl"), "old");
    try (WholeFile whole = new WholeFile(target)) {
      Files.writeString(whole.partial(), "lost");
    }
    assertThat(target).hasContent("old");
    try (WholeFile whole = new WholeFile(target)) {
      Files.writeString(whole.partial(), "new");
      whole.commit();
    }
    assertThat(target).hasContent("new");
    assertThat(names()).containsExactly("out.jsonl");
  }

  @Test
  void aFolderTakesThePlaceOfAFileOrAFolder() throws IOException {
    Path target = Files.writeString(folder.resolve("out.parquet"), "a file");
    for (String text : List.of("first", "second")) {
      try (WholeFile whole = new WholeFile(target)) {
        writeFolder(whole.partial(), text);
        whole.commit();
      }
      assertThat(target.resolve("in/part")).hasContent(text);
    }
    assertThat(names()).containsExactly("out.parquet");
  }

  @Test
  void twoAtOnceDoNotMeet() throws IOException {
    Path target = folder.resolve("out.jsonl");
    try (WholeFile first = new WholeFile(target);
        WholeFile second = new WholeFile(target)) {
      Files.writeString(first.partial(), "first");
      Files.writeString(second.partial(), "second");
      second.commit();
      first.commit();
    }
    assertThat(target).hasContent("first");
    assertThat(names()).containsExactly("out.jsonl");
  }

  @Test
  void aMissingParentIsRefused() {
    Path missing = folder.resolve("no/such");
    assertThatThrownBy(() -> new WholeFile(missing.resolve("out.jsonl")))
        .isInstanceOf(NotDirectoryException.class)
        .hasMessage(missing + ": no such directory");
  }
}
