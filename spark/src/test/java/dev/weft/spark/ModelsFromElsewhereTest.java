// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TestModel;
import dev.weft.serve.EmbedderCache;
import dev.weft.store.ModelArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose model is no directory of the machine. */
class ModelsFromElsewhereTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  @TempDir Path folder;

  private TestModel copy() {
    return TestModel.copyOf(Path.of(Numbered.MODEL), folder);
  }

  /** Four tasks load the model once and give the vectors of the original. */
  private static void check(String model) {
    long loads = EmbedderCache.shared().loads();
    Numbered.check(
        Numbered.rows(LOCAL.spark(), 200, 4)
            .withColumn("emb", embed(col("text"), model))
            .collectAsList(),
        200);
    assertThat(EmbedderCache.shared().loads() - loads).isEqualTo(1);
  }

  @Test
  void aDirectoryInAFileSystemOfHadoop() throws IOException {
    Path model = copy().dir();
    long files;
    try (Stream<Path> all = Files.walk(model)) {
      files = all.filter(f -> f.toString().matches(".*\\.(json|txt|safetensors)")).count();
    }
    int opened = RenamedFileSystem.OPENED.get();

    check("renamed:" + model);

    assertThat(RenamedFileSystem.OPENED.get() - opened).as("each file once").isEqualTo((int) files);
  }

  @Test
  void anArchiveInAFileSystemOfHadoop() {
    Path archive = ModelArchive.pack(copy().toString(), folder.resolve("out"));
    int opened = RenamedFileSystem.OPENED.get();

    check("renamed:" + archive);

    assertThat(RenamedFileSystem.OPENED.get() - opened).isEqualTo(1);
  }

  @Test
  void anArchiveOfTheMachine() {
    check(ModelArchive.pack(copy().toString(), folder.resolve("out")).toString());
  }

  @Test
  void aModelOfTheDriver() throws IOException {
    Path model = copy().dir();

    String name = Weft.ship(LOCAL.spark(), model.toString());
    Files.move(model, folder.resolve("elsewhere"));

    check(name);
  }
}
