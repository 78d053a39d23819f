// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.ModelException;
import dev.weft.pipeline.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubTest {
  private static final String COMMIT = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf";
  private static final String OTHER = "0123456789abcdef0123456789abcdef01234567";

  /** What git calls a blob of two braces. */
  private static final String GIT = "9e26dfeeb6e641a33dae4961196235bdb965b21b";

  private static final String NAME = "sentence-transformers/tiny";
  private static final String FILES = "/" + NAME + "/resolve/" + COMMIT + "/";
  private static final String LISTING = "/api/models/" + NAME + "/revision/main";

  @TempDir Path cache;
  private FakeHub server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeHub();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void fetchesOnceAndThenReadsTheCache() throws IOException {
    serveTiny();

    Path snapshot = hub().resolve("tiny");

    assertThat(snapshot).isEqualTo(root().resolve("snapshots").resolve(COMMIT));
    assertThat(files(snapshot))
        .containsExactly("1_Pooling/config.json", "config.json", "model.safetensors", "vocab.txt");
    assertThat(snapshot.resolve("model.safetensors")).hasContent("weights");
    assertThat(root().resolve("refs/main")).hasContent(COMMIT);
    assertThat(server.requests()).hasSize(5).startsWith(LISTING);
    assertNothingElseThanSnapshotsAndRefs();

    assertThat(hub().resolve(NAME)).isEqualTo(snapshot);
    assertThat(hub().resolve("tiny@main")).isEqualTo(snapshot);
    assertThat(hub().resolve("tiny@" + COMMIT)).isEqualTo(snapshot);
    assertThat(server.requests()).hasSize(5);
  }

  @Test
  void fetchesDataAndNeverCode() throws IOException {
    server.listing(
        NAME,
        "main",
        COMMIT,
        ".gitattributes",
        "README.md",
        "config.json",
        "modeling_tiny.py",
        "pytorch_model.bin",
        "model.safetensors",
        "0_T/tokenizer.model",
        "onnx/config.json",
        "0_T/openvino/config.json",
        "tf_model.h5");
    for (String file : List.of("config.json", "model.safetensors", "0_T/tokenizer.model")) {
      server.text(FILES + file, "{}");
    }

    assertThat(files(hub().resolve("tiny")))
        .containsExactly("0_T/tokenizer.model", "config.json", "model.safetensors");
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  void fetchesWeightsOfTorchWhereAFolderHasNoOther() throws IOException {
    String[] files = {
      "config.json",
      "model.safetensors",
      "pytorch_model.bin",
      "1_Dense/config.json",
      "1_Dense/pytorch_model.bin",
      "2_Dense/pytorch_model.bin.index.json",
      "2_Dense/pytorch_model-00001-of-00001.bin",
      "3_Dense/pytorch_model.bin",
      "3_Dense/pytorch_model-00001-of-00001.bin",
      "training_args.bin"
    };
    server.listing(NAME, "main", COMMIT, files);
    for (String file : files) {
      server.text(FILES + file, file);
    }

    assertThat(files(hub().resolve("tiny")))
        .containsExactly(
            "1_Dense/config.json",
            "1_Dense/pytorch_model.bin",
            "2_Dense/pytorch_model-00001-of-00001.bin",
            "2_Dense/pytorch_model.bin.index.json",
            "3_Dense/pytorch_model.bin",
            "config.json",
            "model.safetensors");
  }

  @Test
  void fetchesTheFileThatABackendRuns() throws IOException {
    String[] all = {
      "config.json",
      "model.safetensors",
      "onnx/model.onnx",
      "onnx/model.onnx_data",
      "onnx/model_O4.onnx",
      "openvino/openvino_model.xml",
      "openvino/openvino_model.bin",
      "openvino/config.json"
    };
    server.listing(NAME, "main", COMMIT, all);
    for (String file : all) {
      server.text(FILES + file, "{}");
    }

    assertThat(files(hub().withBackend(Backend.named("onnx")).resolve("tiny")))
        .containsExactly("config.json", "onnx/model.onnx", "onnx/model.onnx_data");
    int fetched = server.requests().size();
    hub().withBackend(Backend.named("onnx")).resolve("tiny");
    assertThat(server.requests()).hasSize(fetched);
    Backend optimised = Backend.named("onnx").withArgs(Map.of("file_name", "model_O4.onnx"));
    assertThat(files(hub().withBackend(optimised).resolve("tiny"))).contains("onnx/model_O4.onnx");
    assertThat(files(hub().withBackend(Backend.named("openvino")).resolve("tiny")))
        .contains("openvino/openvino_model.xml", "openvino/openvino_model.bin")
        .doesNotContain("model.safetensors");
    assertThat(files(hub().resolve("tiny"))).contains("model.safetensors");
  }

  @Test
  void withOtherModulesWeightsTheTransformersAreFetchedToo() throws IOException {
    String[] all = {
      "config.json", "model.safetensors", "2_Dense/model.safetensors", "onnx/model.onnx"
    };
    server.listing(NAME, "main", COMMIT, all);
    for (String file : all) {
      server.text(FILES + file, "{}");
    }

    assertThat(files(hub().withBackend(Backend.named("onnx")).resolve("tiny")))
        .containsExactlyInAnyOrder(all);
  }

  @Test
  void aSnapshotWithWeightsOfTorchIsComplete() throws IOException {
    Path snapshot = Files.createDirectories(root().resolve("snapshots").resolve(OTHER));
    Files.writeString(snapshot.resolve("config.json"), "{}");
    Files.writeString(snapshot.resolve("pytorch_model.bin"), "weights");

    assertThat(offline().resolve("tiny@" + OTHER)).isEqualTo(snapshot);
  }

  @Test
  void aSnapshotWithoutAllShardsIsNotComplete() throws IOException {
    Path snapshot = Files.createDirectories(root().resolve("snapshots").resolve(OTHER));
    Files.writeString(snapshot.resolve("config.json"), "{}");
    Files.writeString(
        snapshot.resolve("pytorch_model.bin.index.json"),
        "{\"weight_map\": {\"a\": \"pytorch_model-00001-of-00002.bin\","
            + " \"b\": \"pytorch_model-00002-of-00002.bin\"}}");
    Files.writeString(snapshot.resolve("pytorch_model-00001-of-00002.bin"), "weights");

    assertThatThrownBy(() -> offline().resolve("tiny@" + OTHER))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("is not complete in the cache");

    Files.writeString(snapshot.resolve("pytorch_model-00002-of-00002.bin"), "weights");
    assertThat(offline().resolve("tiny@" + OTHER)).isEqualTo(snapshot);
  }

  @Test
  void classicNamesHaveNoOrganisation() throws IOException {
    server.listing("bert-base-uncased", "main", COMMIT, "config.json", "model.safetensors");
    String files = "/bert-base-uncased/resolve/" + COMMIT + "/";
    server.text(files + "config.json", "{}");
    server.text(files + "model.safetensors", "weights");

    assertThat(hub().resolve("bert-base-uncased"))
        .isEqualTo(cache.resolve("models--bert-base-uncased/snapshots").resolve(COMMIT));
    assertThat(ClassicNames.all()).hasSize(68).contains("xlnet-large-cased", "t5-11b");
    assertThat(ClassicNames.repository("bert-base-nli"))
        .isEqualTo("sentence-transformers/bert-base-nli");
  }

  @Test
  void escapesRevisionsAndFileNames() throws IOException {
    server.listing(NAME, "refs%2Fpr%2F1", COMMIT, "config.json", "1_A b+c/é.safetensors");
    server.text(FILES + "config.json", "{}");
    server.text(FILES + "1_A%20b%2Bc/%C3%A9.safetensors", "weights");

    Path snapshot = hub().resolve("tiny@refs/pr/1");

    assertThat(snapshot.resolve("1_A b+c")).isDirectory();
    assertThat(root().resolve("refs/refs/pr/1")).hasContent(COMMIT);
    assertThat(hub().resolve("tiny@refs/pr/1")).isEqualTo(snapshot);
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void aCommitNeedsNoRef() {
    serveTiny();
    server.listing(NAME, COMMIT, COMMIT, "config.json", "model.safetensors");

    Path snapshot = hub().resolve("tiny@" + COMMIT);

    assertThat(root().resolve("refs")).doesNotExist();
    assertThat(hub().resolve("tiny@" + COMMIT)).isEqualTo(snapshot);
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void followsRedirectsButKeepsTheTokenAtHome() throws IOException {
    serveTiny();
    server.redirect(FILES + "config.json", "/moved/config.json");
    server.text("/moved/config.json", "{}");
    server.redirect(
        FILES + "model.safetensors",
        server.address("localhost") + "/cdn/weights",
        "X-Linked-Etag",
        '"' + sha256("weights") + '"');
    server.redirect(FILES + "vocab.txt", server.address("localhost") + "/cdn/vocab");
    // The tag of a content network is a hash of its own making, whatever the hub says or not.
    server.text("/cdn/weights", "weights", "ETag", '"' + sha256("something else") + '"');
    server.text("/cdn/vocab", "[PAD]", "ETag", '"' + sha256("something else") + '"');

    Path snapshot = hub("secret").resolve("tiny");

    assertThat(snapshot.resolve("model.safetensors")).hasContent("weights");
    assertThat(server.requests()).hasSize(8).contains("/moved/config.json", "/cdn/weights");
    String home = server.address("127.0.0.1").substring("http://".length());
    assertThat(server.tokens()).hasSize(6).containsOnly(home + " Bearer secret");
  }

  @Test
  void refusesARedirectLoop() {
    server.redirect(LISTING, LISTING);

    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("more than 5 redirects");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ETag", "X-Linked-Etag"})
  void refusesWrongContentAndLeavesNoSnapshot(String header) throws IOException {
    serveTiny();
    server.text(FILES + "model.safetensors", "wEights", header, '"' + sha256("weights") + '"');

    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(NAME + ": cannot be fetched from " + server.address("127.0.0.1"))
        .hasMessageContaining("its SHA-256 is " + sha256("wEights"))
        .hasMessageContaining("but should be " + sha256("weights"));
    assertNoSnapshot();
    assertThat(root().resolve("blobs").resolve(sha256("weights"))).doesNotExist();
  }

  @Test
  void refusesATruncatedBodyAfterFiveTries() throws IOException {
    serveTiny();
    server.on(
        FILES + "model.safetensors",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write("weights".getBytes(UTF_8));
        });

    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining("5 tries")
        .hasMessageContaining("point at a local directory instead, set HF_ENDPOINT");
    assertThat(server.requests()).filteredOn(r -> r.endsWith("model.safetensors")).hasSize(5);
    assertNoSnapshot();
  }

  @Test
  void givesUpOnABodyThatStalls() throws IOException {
    serveTiny();
    CountDownLatch never = new CountDownLatch(1);
    server.on(
        FILES + "model.safetensors",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write("weights".getBytes(UTF_8));
          exchange.getResponseBody().flush();
          assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);
        });

    Hub impatient = new Hub(settings(Duration.ofMillis(150), Optional.empty()));

    assertThatThrownBy(() -> impatient.resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("nothing arrived for PT0.15S");
    assertNoSnapshot();
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void triesAgainWhereTheHubIsBusy(int status) throws IOException {
    serveTiny();
    AtomicInteger left = new AtomicInteger(2);
    server.on(
        FILES + "config.json",
        exchange -> FakeHub.send(exchange, left.getAndDecrement() > 0 ? status : 200, "{}"));

    assertThat(hub().resolve("tiny").resolve("config.json")).hasContent("{}");
    assertThat(server.requests()).hasSize(7);
  }

  @Test
  void givesUpWhereTheHubStaysBusy() {
    server.status(LISTING, 503);

    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("HTTP 503, 5 tries")
        .hasMessageContaining("HF_HUB_OFFLINE=1 with a filled cache");
    assertThat(server.requests()).hasSize(5);
  }

  @Test
  void saysWhatIsNotThere() {
    assertThatThrownBy(() -> hub().resolve("tiny@v9"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "sentence-transformers/tiny: cannot be fetched from "
                + server.address("127.0.0.1")
                + "/api/models/sentence-transformers/tiny/revision/v9 (HTTP 404: no such model or"
                + " revision); point at a local directory instead, set HF_ENDPOINT, or"
                + " HF_HUB_OFFLINE=1 with a filled cache");
    assertThat(server.requests()).hasSize(1);
    assertThat(cache).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void saysThatAModelIsGated(int status) {
    server.status(LISTING, status);

    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("HTTP " + status + ": the model is gated or private")
        .hasMessageContaining("set HF_TOKEN");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void saysThatNobodyAnswers() {
    Hub hub = hub();
    server.close();

    assertThatThrownBy(() -> hub.resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("java.net.ConnectException")
        .hasMessageContaining(server.address("127.0.0.1"))
        .hasMessageContaining("set HF_ENDPOINT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil.json",
        "a/../../evil.json",
        "/etc/evil.json",
        "a//evil.json",
        "./evil.json",
        "C:evil.json",
        "a\\\\evil.json",
        "evil\\u0000.json"
      })
  void refusesAPathThatLeavesTheDirectory(String file) {
    server.listing(NAME, "main", COMMIT, "config.json", file);

    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("evil")
        .hasMessageEndingWith("leaves the model directory");
    assertThat(server.requests()).hasSize(1);
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void refusesAListingThatIsNone() {
    server.text(LISTING, "<html>");
    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(LISTING + ": expected a JSON object");

    server.listing(NAME, "main", "../../evil", "config.json");
    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("\"sha\" is no commit but \"../../evil\"");

    server.listing(NAME, "main", COMMIT, "README.md", "model.gguf");
    assertThatThrownBy(() -> hub().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("neither modules.json nor config.json is there");
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void offlineWithAnEmptyCacheSaysHowToFillIt() {
    assertThatThrownBy(() -> offline().resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "sentence-transformers/tiny: revision main is not complete in the cache "
                + cache
                + ", and HF_HUB_OFFLINE forbids to fetch it; unset it, set HF_HUB_CACHE to a"
                + " filled cache, or point at a local directory instead");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void offlineReadsTheCacheOfPython() throws IOException {
    Path snapshot = root().resolve("snapshots").resolve(OTHER);
    Files.createDirectories(root().resolve("refs"));
    Files.writeString(root().resolve("refs/main"), OTHER + "\n");
    blob(snapshot, "modules.json", "[]");
    blob(snapshot, "1_Pooling/config.json", "{}");
    blob(snapshot, "model.safetensors", "weights");

    assertThat(offline().resolve("tiny")).isEqualTo(snapshot);
    assertThat(offline().resolve("tiny@" + OTHER)).isEqualTo(snapshot);
    assertThat(snapshot.resolve("model.safetensors")).isSymbolicLink().hasContent("weights");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void fillsASnapshotThatPythonBegan() throws IOException {
    serveTiny();
    Path snapshot = root().resolve("snapshots").resolve(COMMIT);
    Files.createDirectories(root().resolve("refs"));
    Files.writeString(root().resolve("refs/main"), COMMIT);
    blob(snapshot, "config.json", "from Python");
    Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("gone"));

    assertThat(hub().resolve("tiny")).isEqualTo(snapshot);

    assertThat(snapshot.resolve("config.json")).isSymbolicLink().hasContent("from Python");
    assertThat(snapshot.resolve("model.safetensors")).hasContent("weights");
    assertThat(server.requests()).hasSize(4).doesNotContain(FILES + "config.json");
    assertThat(root().toFile().list()).containsExactlyInAnyOrder("blobs", "refs", "snapshots");
  }

  @Test
  void aListOfModulesWithoutWeightsIsComplete() throws IOException {
    Path snapshot = Files.createDirectories(root().resolve("snapshots").resolve(OTHER));
    String module = "{\"type\": \"sentence_transformers.models.%s\", \"path\": \"\"}";
    Path modules = snapshot.resolve("modules.json");

    Files.writeString(modules, "[" + module.formatted("BoW") + "]");
    assertThat(offline().resolve("tiny@" + OTHER)).isEqualTo(snapshot);

    Files.writeString(modules, "[" + module.formatted("Transformer") + "]");
    assertThatThrownBy(() -> offline().resolve("tiny@" + OTHER))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("is not complete in the cache");
  }

  @Test
  void manyThreadsAgreeOnOneSnapshot() throws Exception {
    serveTiny();
    int count = 4;
    CyclicBarrier together = new CyclicBarrier(count);
    Callable<Path> task =
        () -> {
          together.await();
          return hub().resolve("tiny");
        };
    ExecutorService threads = Executors.newFixedThreadPool(count);
    List<Path> found = new ArrayList<>();
    for (Future<Path> future :
        threads.invokeAll(Stream.generate(() -> task).limit(count).toList())) {
      found.add(future.get());
    }
    threads.shutdown();

    assertThat(found).containsOnly(root().resolve("snapshots").resolve(COMMIT));
    assertThat(files(found.get(0))).hasSize(4);
    assertNothingElseThanSnapshotsAndRefs();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "all-MiniLM-L6-v2",
        "sentence-transformers/all-MiniLM-L6-v2",
        "BAAI/bge-small-en-v1.5",
        "a_b/c.d",
        "tiny@main",
        "org/tiny@refs/pr/1",
        "org/tiny@v1.0--rc"
      })
  void looksLikeAnId(String text) {
    assertThat(Hub.isId(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/tmp/model",
        "./model",
        "../model",
        ".model",
        "a/b/c",
        "a/",
        "a//b",
        "a/..",
        "a..b",
        "a--b",
        "a b",
        "C:\\model",
        "a@",
        "a@../b",
        "a@b/../c",
        "a@/b",
        "a@b@c",
        "models/été"
      })
  void looksLikeNoId(String text) {
    assertThat(Hub.isId(text)).isFalse();
    assertThatThrownBy(() -> hub().resolve(text))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "\""
                + text
                + "\" is neither a directory nor a hub id; an id looks like"
                + " sentence-transformers/all-MiniLM-L6-v2");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void readsTheEnvironment() {
    HubSettings plain =
        HubSettings.parse(
            Map.of("HF_ENDPOINT", " ", "HF_HUB_OFFLINE", "0", "HF_TOKEN_PATH", "/none"));
    assertThat(plain.endpoint()).isEqualTo("https://huggingface.co");
    assertThat(plain.cache())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache", "huggingface", "hub"));
    assertThat(plain.offline()).isFalse();
    assertThat(plain.token()).isEmpty();

    HubSettings set =
        HubSettings.parse(
            Map.of(
                "HF_ENDPOINT", "http://mirror/",
                "HF_HOME", "/hf",
                "HF_HUB_OFFLINE", "Yes",
                "HF_TOKEN", "secret\n"));
    assertThat(set.endpoint()).isEqualTo("http://mirror");
    assertThat(set.cache()).isEqualTo(Path.of("/hf/hub"));
    assertThat(set.offline()).isTrue();
    assertThat(set.token()).contains("secret");
    assertThat(set).hasToString("http://mirror, cache /hf/hub, offline");

    assertThat(HubSettings.parse(Map.of("HF_HOME", "/hf", "HF_HUB_CACHE", "/hub")).cache())
        .isEqualTo(Path.of("/hub"));
    assertThat(HubSettings.parse(Map.of("XDG_CACHE_HOME", "/xdg")).cache())
        .isEqualTo(Path.of("/xdg/huggingface/hub"));
    assertThat(HubSettings.parse(Map.of("HF_HOME", "~/hf")).cache())
        .isEqualTo(Path.of(System.getProperty("user.home"), "hf", "hub"));
    assertThat(HubSettings.parse(Map.of("TRANSFORMERS_OFFLINE", "1")).offline()).isTrue();
  }

  @Test
  void readsTheTokenThatALoginLeft() throws IOException {
    Files.writeString(cache.resolve("token"), "from login\n");
    Map<String, String> home = Map.of("HF_HOME", cache.toString());

    assertThat(HubSettings.parse(home).token()).contains("from login");
    assertThat(HubSettings.parse(Map.of("HF_HOME", cache.toString(), "HF_TOKEN", "set")).token())
        .contains("set");
    assertThat(
            HubSettings.parse(
                    Map.of("HF_HOME", cache.toString(), "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
                .token())
        .isEmpty();
  }

  @Test
  void refusesUnusableSettings() {
    HubSettings address = HubSettings.parse(Map.of("HF_ENDPOINT", "hub", "HF_HUB_CACHE", "/none"));
    assertThatThrownBy(() -> new Hub(address).resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessage("HF_ENDPOINT \"hub\" is not an http or https address");

    assertThatThrownBy(() -> hub("sec\nret").resolve("tiny"))
        .isInstanceOf(ModelException.class)
        .hasMessage("HF_TOKEN holds a character that no token has; set it anew");
  }

  private void serveTiny() {
    server.listing(
        NAME,
        "main",
        COMMIT,
        "README.md",
        "1_Pooling/config.json",
        "config.json",
        "model.safetensors",
        "vocab.txt");
    server.text(FILES + "1_Pooling/config.json", "{}");
    server.text(FILES + "config.json", "{}", "ETag", "\"" + GIT + "\"");
    server.text(FILES + "model.safetensors", "weights", "ETag", '"' + sha256("weights") + '"');
    server.text(FILES + "vocab.txt", "");
  }

  private Hub hub() {
    return new Hub(settings(Duration.ofSeconds(10), Optional.empty()));
  }

  private Hub hub(String token) {
    return new Hub(settings(Duration.ofSeconds(10), Optional.of(token)));
  }

  private HubSettings settings(Duration idle, Optional<String> token) {
    return new HubSettings(server.address("127.0.0.1"), cache, false, token, idle, Duration.ZERO);
  }

  private Hub offline() {
    return new Hub(
        new HubSettings(
            server.address("127.0.0.1"),
            cache,
            true,
            Optional.empty(),
            Duration.ofSeconds(10),
            Duration.ZERO));
  }

  private Path root() {
    return cache.resolve("models--sentence-transformers--tiny");
  }

  private void blob(Path snapshot, String file, String text) throws IOException {
    Path blob = Files.createDirectories(root().resolve("blobs")).resolve(sha256(text));
    Files.writeString(blob, text);
    Path folder = Files.createDirectories(snapshot.resolve(file).getParent());
    Files.createSymbolicLink(snapshot.resolve(file), folder.relativize(blob));
  }

  private void assertNoSnapshot() {
    assertThat(root().resolve("snapshots")).doesNotExist();
    assertThat(root().resolve("refs")).doesNotExist();
  }

  private void assertNothingElseThanSnapshotsAndRefs() {
    assertThat(root().toFile().list()).isSubsetOf("blobs", "snapshots", "refs");
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
