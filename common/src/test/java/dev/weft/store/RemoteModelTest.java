// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.ModelException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteModelTest {
  private static final URI MODEL = URI.create("fake://host/models/tiny");

  private final Map<String, byte[]> files = new TreeMap<>();
  private final List<String> opened = new ArrayList<>();
  private long modified = 1;

  @TempDir Path folder;
  private NodeCache cache;

  @BeforeEach
  void prepare() {
    cache = new NodeCache(folder);
    files.put("config.json", "{}".getBytes(UTF_8));
    files.put("1_Dense/model.safetensors", new byte[100_000]);
    files.put("model.safetensors", "weights".getBytes(UTF_8));
    files.put("modeling.py", "code".getBytes(UTF_8));
  }

  @Test
  void copiesOnceWhatAModelNeeds() {
    List<Long> done = new ArrayList<>();

    Path model =
        RemoteModel.fetch(
            MODEL,
            fetcher(),
            HubSelection.TORCH,
            cache,
            (name, bytes, total) -> {
              assertThat(name).isEqualTo(MODEL.toString());
              assertThat(total).isEqualTo(100_009);
              done.add(bytes);
            });

    assertThat(model.resolve("model.safetensors")).hasContent("weights");
    assertThat(model.resolve("1_Dense/model.safetensors")).hasSize(100_000);
    assertThat(model.resolve("modeling.py")).doesNotExist();
    assertThat(done).isSorted().last().isEqualTo(100_009L);
    assertThat(fetch()).isEqualTo(model);
    assertThat(opened).hasSize(3);
  }

  @Test
  void aChangedModelIsAnotherCopy() {
    Path first = fetch();
    modified++;

    assertThat(fetch()).isNotEqualTo(first);
    assertThat(opened).hasSize(6);
  }

  @Test
  void aZipIsUnpacked() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry("tiny/config.json"));
      out.write("{}".getBytes(UTF_8));
    }
    files.clear();
    files.put("tiny.zip", bytes.toByteArray());

    Path model = fetch();

    assertThat(model.getFileName()).hasToString("tiny");
    assertThat(model.resolve("config.json")).hasContent("{}");
    assertThat(model.resolveSibling("tiny.zip")).doesNotExist();
  }

  @Test
  void aFileOfAnotherLengthLeavesNothing() {
    ModelFetcher lying =
        new Fake() {
          @Override
          public InputStream open(URI model, RemoteFile file) {
            return new ByteArrayInputStream(new byte[1]);
          }
        };

    assertThatThrownBy(
            () -> RemoteModel.fetch(MODEL, lying, HubSelection.TORCH, cache, HubProgress.QUIET))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("fake://host/models/tiny: cannot be brought to " + folder)
        .hasMessageContaining("1 bytes arrived of 100000");
    assertThat(folder.resolve("models")).isEmptyDirectory();
  }

  @Test
  void pathsStayInside() {
    files.put("../evil.json", new byte[1]);
    assertThatThrownBy(this::fetch)
        .isInstanceOf(ModelException.class)
        .hasMessage("fake://host/models/tiny: path \"../evil.json\" leaves the directory");
  }

  @Test
  void saysThatNothingIsThere() {
    files.clear();
    assertThatThrownBy(this::fetch)
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "fake://host/models/tiny: no file of a model is there; give a model directory or a"
                + " .zip of one");
  }

  private Path fetch() {
    return RemoteModel.fetch(MODEL, fetcher(), HubSelection.TORCH, cache, HubProgress.QUIET);
  }

  private ModelFetcher fetcher() {
    return new Fake();
  }

  private class Fake implements ModelFetcher {
    @Override
    public boolean serves(String scheme) {
      return scheme.equals("fake");
    }

    @Override
    public List<RemoteFile> list(URI model) {
      return files.entrySet().stream()
          .map(file -> new RemoteFile(file.getKey(), file.getValue().length, modified))
          .toList();
    }

    @Override
    public InputStream open(URI model, RemoteFile file) {
      opened.add(file.path());
      return new ByteArrayInputStream(files.get(file.path()));
    }
  }
}
