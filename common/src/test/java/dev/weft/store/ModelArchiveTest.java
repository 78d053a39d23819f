// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TestModel;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelArchiveTest {
  @TempDir Path folder;

  @Test
  void holdsEveryFileOfTheDirectory() throws IOException {
    TestModel model = TestModel.copyOf("dense-tanh", folder);
    Files.createDirectories(model.file("1_Pooling/.cache"));
    model.write("1_Pooling/.cache/lock", "hidden").write(".gitattributes", "hidden");

    Path archive = ModelArchive.pack(model.toString(), folder.resolve("out"));
    Path opened = ZipModel.open(archive, new NodeCache(folder.resolve("cache")));

    model.delete("1_Pooling/.cache/lock", "1_Pooling/.cache", ".gitattributes");
    assertThat(archive.getFileName().toString()).matches("weft-[0-9a-f]{64}\\.zip");
    assertThat(Files.list(archive.resolveSibling(""))).containsExactly(archive);
    try (Stream<Path> files = Files.walk(model.dir())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(opened.resolve(model.dir().relativize(file))).hasSameBinaryContentAs(file);
      }
    }
    assertThat(count(opened)).isEqualTo(count(model.dir()));
  }

  @Test
  void equalFilesMakeTheSameArchive() throws IOException {
    TestModel model = TestModel.copyOf("pooling-mean", folder);
    Path first = ModelArchive.pack(model.toString(), folder.resolve("out"));
    FileTime made = Files.getLastModifiedTime(first);
    TestModel copy = TestModel.copyOf("pooling-mean", folder.resolve("again"));
    Files.setLastModifiedTime(copy.file("modules.json"), FileTime.fromMillis(1_000_000_000_000L));

    assertThat(ModelArchive.pack(copy.toString(), folder.resolve("out"))).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(first)).isEqualTo(made);

    copy.write("README.md", "other");
    assertThat(ModelArchive.pack(copy.toString(), folder.resolve("out"))).isNotEqualTo(first);
  }

  @Test
  void aNameThatIsAnothersHashIsRefused() throws IOException {
    Path archive = ModelArchive.pack(TestModel.of("pooling-mean").toString(), folder);
    String hash = HubHash.sha256(archive).hex();
    Path renamed = Files.move(archive, folder.resolve("weft-" + "a".repeat(64) + ".zip"));

    assertThatThrownBy(() -> ZipModel.open(renamed, new NodeCache(folder.resolve("cache"))))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            renamed
                + ": its SHA-256 is "
                + hash
                + ", not the one in its name; bring it here again");
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ModelArchive.pack(folder.resolve("none").toString(), folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(folder.resolve("none") + ": cannot be packed into " + folder);
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
