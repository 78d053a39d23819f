// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipModelTest {
  private static final int CENTRAL = 0x02014b50;

  private final Map<String, byte[]> content = new LinkedHashMap<>();
  private final byte[] weights = new byte[300_000];

  @TempDir Path folder;
  private Path zip;
  private NodeCache cache;

  @BeforeEach
  void prepare() {
    zip = folder.resolve("model.zip");
    cache = new NodeCache(folder.resolve("cache"));
    new Random(3).nextBytes(weights);
    content.put("config.json", "{}".getBytes(UTF_8));
    content.put("model.safetensors", weights);
    content.put("1_Pooling/config.json", "{\"a\": 1}".getBytes(UTF_8));
  }

  @Test
  void unpacksOnceUnderTheHashOfTheArchive() throws IOException {
    write("");

    Path model = source().find(zip.toString());

    assertThat(model).isEqualTo(folder.resolve("cache/models").resolve(HubHash.sha256(zip).hex()));
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(model.resolve("1_Pooling/config.json")).hasContent("{\"a\": 1}");
    Files.writeString(model.resolve("config.json"), "kept");
    assertThat(source().find(zip.toUri().toString())).isEqualTo(model);
    assertThat(source().find("file:" + zip)).isEqualTo(model);
    assertThat(model.resolve("config.json")).hasContent("kept");
    assertThat(model.resolveSibling("").toFile().list()).hasSize(1);
  }

  @Test
  void anotherArchiveIsAnotherFolder() throws IOException {
    write("");
    Path first = source().find(zip.toString());
    content.put("config.json", "{ }".getBytes(UTF_8));
    write("");

    assertThat(source().find(zip.toString())).isNotEqualTo(first);
  }

  @Test
  void looksThroughASingleFolder() throws IOException {
    write("all-tiny/");

    Path model = source().find(zip.toString());

    assertThat(model.getFileName()).hasToString("all-tiny");
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aDirectoryMayBeAnAddress() {
    assertThat(source().find(folder.toUri().toString())).isEqualTo(folder);
    assertThat(source().find(folder.toString())).isEqualTo(folder);
  }

  @Test
  void saysWhatIsNotThere() {
    assertThatThrownBy(() -> source().find("none.zip"))
        .isInstanceOf(ModelException.class)
        .hasMessage("none.zip: no such file; give a model directory, a .zip or a hub id");
    assertThatThrownBy(() -> source().find("file://host/model"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("file://host/model: no address of a file here");
    assertThatThrownBy(() -> source().find("file:/my model"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("write a space as %20");
    assertThatThrownBy(() -> source().find("nowhere://host/model"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "nowhere://host/model: nobody here reads \"nowhere:\"; inside Spark and Flink their"
                + " file systems are used, elsewhere copy the model to a local directory or"
                + " provide a ModelFetcher");
  }

  @Test
  void manyThreadsUnpackOnce() throws Exception {
    write("");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    Callable<Path> task = () -> source().find(zip.toString());
    List<Path> found = new ArrayList<>();
    for (Future<Path> future : threads.invokeAll(Stream.generate(() -> task).limit(8).toList())) {
      found.add(future.get());
    }
    threads.shutdown();

    assertThat(found.stream().distinct()).hasSize(1);
    assertThat(found.get(0).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void whatAKilledProcessLeftGoesAway() throws IOException {
    write("");
    Path left = cache.root().resolve("models").resolve(HubHash.sha256(zip).hex() + ".part");
    Files.createDirectories(left);
    Files.writeString(left.resolve("half.json"), "half");

    assertThat(source().find(zip.toString()).resolve("half.json")).doesNotExist();
    assertThat(left).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil.json", "a/../../evil.json", "/etc/evil.json", "a\\evil.json", "C:/e"})
  void refusesNamesThatLeaveTheDirectory(String name) throws IOException {
    content.put(name, new byte[1]);
    write("");

    assertThatThrownBy(() -> source().find(zip.toString()))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            zip + ": refused, entry \"" + name + "\" leaves the directory; " + ZipModel.FIX);
    assertThat(cache.root().resolve("models")).isEmptyDirectory();
  }

  @Test
  void refusesLinks() throws IOException {
    write("");
    ByteBuffer bytes = bytes();
    int at = central(bytes).get(0);
    bytes.put(at + 5, (byte) 3).putInt(at + 38, 0xa1ff << 16);
    Files.write(zip, bytes.array());

    assertRefused("refused, entry \"config.json\" is a link or another special file");
  }

  @Test
  void refusesNamesThatStandTwice() throws IOException {
    content.put("config.jsom", new byte[1]);
    write("");
    String text = new String(Files.readAllBytes(zip), StandardCharsets.ISO_8859_1);
    Files.write(zip, text.replace(".jsom", ".json").getBytes(StandardCharsets.ISO_8859_1));

    assertRefused("entry \"config.json\" stands twice in its list");
  }

  @Test
  void refusesFilesInTheWayOfFolders() throws IOException {
    content.put("model.safetensors/config.json", new byte[1]);
    write("");

    assertRefused("model.safetensors");
  }

  @Test
  void refusesBombs() throws IOException {
    content.put("zeros.txt", new byte[20_000_000]);
    write("");
    assertRefused(" bytes to 20000000, more than 200 times");
  }

  @Test
  void refusesMoreThanTheListSays() throws IOException {
    content.put("zeros.txt", new byte[20_000_000]);
    write("");
    ByteBuffer bytes = bytes();
    bytes.putInt(central(bytes).get(3) + 24, 1000);
    Files.write(zip, bytes.array());

    assertRefused("entry \"zeros.txt\" is larger than the 1000 bytes said");
  }

  @Test
  void refusesEntriesThatOverlap() throws IOException {
    write("");
    ByteBuffer bytes = bytes();
    List<Integer> at = central(bytes);
    for (int other : List.of(at.get(0), at.get(2))) {
      for (int field : new int[] {16, 20, 24, 42}) {
        bytes.putInt(other + field, bytes.getInt(at.get(1) + field));
      }
    }
    Files.write(zip, bytes.array());

    assertRefused("its entries overlap");
  }

  @Test
  void refusesWhatIsDamaged() throws IOException {
    write("");
    byte[] whole = Files.readAllBytes(zip);
    byte[] flipped = whole.clone();
    flipped[150_000] ^= 1;
    Files.write(zip, flipped);
    assertRefused("entry \"model.safetensors\"");

    Files.write(zip, java.util.Arrays.copyOf(whole, 200_000));
    assertRefused("a zip archive without its list at the end");

    Files.writeString(zip, "no zip");
    assertThatThrownBy(() -> source().find(zip.toString())).isInstanceOf(ModelException.class);
  }

  @Test
  void anyCutOrFlipIsAnErrorOrAModel() throws IOException {
    write("");
    byte[] whole = Files.readAllBytes(zip);
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] broken = whole.clone();
      int tail = Math.min(broken.length, 600);
      broken[broken.length - 1 - random.nextInt(tail)] = (byte) random.nextInt();
      Files.write(zip, broken);
      try {
        source().find(zip.toString());
      } catch (ModelException e) {
        assertThat(e).hasMessageContaining(zip.toString());
      }
    }
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("cache", "model.zip");
  }

  @Test
  void theCacheIsWhereTheEnvironmentSays() {
    Path home = Path.of(System.getProperty("user.home"), ".cache", "weft");
    assertThat(NodeCache.parse(Map.of()).root()).isEqualTo(home);
    assertThat(NodeCache.parse(Map.of("XDG_CACHE_HOME", "/xdg")).root())
        .isEqualTo(Path.of("/xdg/weft"));
    assertThat(NodeCache.parse(Map.of("XDG_CACHE_HOME", "relative")).root()).isEqualTo(home);
    assertThat(NodeCache.parse(Map.of("XDG_CACHE_HOME", "/xdg", "WEFT_CACHE", "/w")).root())
        .isEqualTo(Path.of("/w"));
  }

  private ModelSource source() {
    return new ModelSource(Hub.fromEnvironment(), cache, HubProgress.QUIET);
  }

  private void assertRefused(String why) {
    assertThatThrownBy(() -> source().find(zip.toString()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(zip + ": ")
        .hasMessageContaining(why);
    assertThat(cache.root().resolve("models").toFile().list()).isEmpty();
  }

  private void write(String prefix) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      if (!prefix.isEmpty()) {
        out.putNextEntry(new ZipEntry(prefix));
      }
      for (Map.Entry<String, byte[]> file : content.entrySet()) {
        out.putNextEntry(new ZipEntry(prefix + file.getKey()));
        out.write(file.getValue());
      }
    }
    Files.write(zip, bytes.toByteArray());
  }

  private ByteBuffer bytes() throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(zip)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where the lines of the list begin. */
  private static List<Integer> central(ByteBuffer bytes) {
    List<Integer> found = new ArrayList<>();
    for (int at = 0; at < bytes.limit() - 4; at++) {
      if (bytes.getInt(at) == CENTRAL) {
        found.add(at);
      }
    }
    return found;
  }
}
