// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.store.ModelFetcher;
import dev.weft.store.ModelSource;
import dev.weft.store.RemoteFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class HadoopModelFetcherTest {
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private final ModelFetcher fetcher = new HadoopModelFetcher();

  @TempDir Path folder;

  @Test
  void servesWhatHadoopIsSetUpFor() {
    assertThat(fetcher.serves("renamed")).isTrue();
    assertThat(fetcher.serves("hdfs")).isTrue();
    assertThat(fetcher.serves("nowhere")).isFalse();
    assertThat(fetcher.serves("https")).isFalse();
  }

  @Test
  void listsAndOpensADirectory() throws IOException {
    Path pooling = Files.createDirectories(folder.resolve("my model/1_Pooling"));
    Files.writeString(pooling.resolve("config.json"), "{}");
    Files.writeString(folder.resolve("my model/model.safetensors"), "weights");
    URI uri = URI.create("renamed:" + folder + "/my%20model");

    List<RemoteFile> files = fetcher.list(uri);

    assertThat(files)
        .extracting(RemoteFile::path, RemoteFile::length)
        .containsExactlyInAnyOrder(
            tuple("1_Pooling/config.json", 2L), tuple("model.safetensors", 7L));
    for (RemoteFile file : files) {
      assertThat(file.modified()).isPositive();
      try (InputStream in = fetcher.open(uri, file)) {
        assertThat(in.readAllBytes()).hasSize((int) file.length());
      }
    }
  }

  @Test
  void aFileIsAListOfOne() throws IOException {
    Files.writeString(folder.resolve("model.zip"), "zip");
    URI uri = URI.create("renamed:" + folder + "/model.zip");

    List<RemoteFile> files = fetcher.list(uri);

    assertThat(files).extracting(RemoteFile::path).containsExactly("model.zip");
    try (InputStream in = fetcher.open(uri, files.get(0))) {
      assertThat(in).hasContent("zip");
    }
  }

  @Test
  void whatIsNotThereIsAnError() {
    assertThatThrownBy(() -> fetcher.list(URI.create("renamed:" + folder + "/none")))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void weftFindsItBySchemeAlone() throws IOException {
    Files.writeString(folder.resolve("notes.md"), "no model");

    assertThatThrownBy(() -> ModelSource.fromEnvironment().find("renamed:" + folder))
        .hasMessageContaining("no file of a model is there");
  }
}
