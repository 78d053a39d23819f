// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a hub that cuts, changes its mind, is busy or lies. */
class HubDownloadTest {
  private static final String COMMIT = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf";
  private static final String NAME = "org/tiny";
  private static final String FILES = "/" + NAME + "/resolve/" + COMMIT + "/";
  private static final String LISTING = "/api/models/" + NAME + "/revision/main";
  private static final String WEIGHTS = FILES + "model.safetensors";
  private static final String GIT_OF_BRACES = "9e26dfeeb6e641a33dae4961196235bdb965b21b";

  private final byte[] weights = new byte[5_000_000];

  @TempDir Path cache;
  private FakeHub server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeHub();
    server.listing(NAME, "main", COMMIT, "config.json", "model.safetensors");
    server.text(FILES + "config.json", "{}", "ETag", "\"" + GIT_OF_BRACES + "\"");
    new Random(1).nextBytes(weights);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void goesOnWhereAConnectionBroke() throws Exception {
    server.parts(WEIGHTS, weights, tag(weights), 2_000_000, 1_500_000);

    Path snapshot = hub().resolve(NAME);

    assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.ranges()).hasSize(2);
    assertThat(offset(0)).isBetween(1L, 2_000_000L);
    assertThat(offset(1)).isBetween(offset(0) + 1, 3_500_000L);
    assertThat(root().toFile().list()).containsOnly("blobs", "refs", "snapshots");
    assertThat(root().resolve("blobs").toFile().list())
        .containsExactlyInAnyOrder(GIT_OF_BRACES, sha256(weights));
    assertThat(Files.readSymbolicLink(snapshot.resolve("model.safetensors")))
        .isEqualTo(Path.of("../../blobs").resolve(sha256(weights)));
  }

  @Test
  void aLargeFileOutlivesManyBreaks() throws Exception {
    int[] cuts = IntStream.range(0, 8).map(i -> 2_000_000).toArray();
    byte[] large = new byte[20_000_000];
    new Random(2).nextBytes(large);
    server.parts(WEIGHTS, large, tag(large), cuts);

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(large);
    assertThat(server.ranges()).hasSizeGreaterThan(HubRetry.TRIES);
  }

  @Test
  void goesOnWithWhatAnEarlierProcessLeft() throws Exception {
    // The tag is no hash: only its being the same says that the parts belong together.
    server.parts(WEIGHTS, weights, "\"v1\"", 900_000, 1, 1, 1, 1, 1);
    assertThatThrownBy(() -> hub().resolve(NAME))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("5 tries");
    server.ranges().clear();
    server.requests().clear();

    server.parts(WEIGHTS, weights, "\"v1\"");
    Path snapshot = hub().resolve(NAME);

    assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.ranges()).hasSize(1);
    assertThat(offset(0)).isPositive();
  }

  @Test
  void beginsAnewWhereTheFileChangedMeanwhile() throws Exception {
    server.parts(WEIGHTS, weights, "\"v1\"", 2_000_000, 0, 0, 0, 0, 0, 0);
    assertThatThrownBy(() -> hub().resolve(NAME)).isInstanceOf(ModelException.class);
    byte[] changed = weights.clone();
    changed[7]++;
    server.parts(WEIGHTS, changed, "\"v2\"");
    server.requests().clear();
    server.ranges().clear();

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(changed);
    assertThat(server.ranges()).hasSize(1);
    assertThat(server.requests()).filteredOn(WEIGHTS::equals).hasSize(2);
  }

  @Test
  void beginsAnewWhereTheTagChangesBetweenTwoParts() throws Exception {
    byte[] changed = weights.clone();
    changed[7]++;
    server.parts(WEIGHTS, weights, "\"v1\"", 2_000_000);
    HttpHandler before = server.handler(WEIGHTS);
    server.on(
        WEIGHTS,
        exchange -> {
          server.parts(WEIGHTS, changed, "\"v2\"");
          before.handle(exchange);
        });

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(changed);
    assertThat(server.ranges()).hasSize(1);
    assertThat(server.requests()).filteredOn(WEIGHTS::equals).hasSize(3);
  }

  @Test
  void neverGoesOnByAWeakTag() throws Exception {
    server.parts(WEIGHTS, weights, "W/\"v1\"", 2_000_000);

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.ranges()).isEmpty();
  }

  @Test
  void partsThatDoNotMakeTheHashAreFetchedAnew() throws Exception {
    listing(weights.length, sha256(weights));
    byte[] other = weights.clone();
    other[7]++;
    // Two mirrors with one tag, one of them stale.
    server.parts(WEIGHTS, other, "\"v1\"", 2_000_000, 0, 0, 0, 0, 0, 0);
    assertThatThrownBy(() -> hub().resolve(NAME)).isInstanceOf(ModelException.class);
    server.parts(WEIGHTS, weights, "\"v1\"");
    server.ranges().clear();

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.ranges()).hasSize(1);
  }

  @Test
  void takesTheWholeWhereAHostKnowsNoParts() throws Exception {
    AtomicInteger turn = new AtomicInteger();
    server.on(
        WEIGHTS,
        exchange -> {
          exchange.getResponseHeaders().add("ETag", tag(weights));
          exchange.sendResponseHeaders(200, weights.length);
          boolean first = turn.getAndIncrement() == 0;
          exchange.getResponseBody().write(weights, 0, first ? 2_000_000 : weights.length);
        });

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(turn).hasValue(2);
  }

  @Test
  void forgetsMoreThanTheFileHas() throws Exception {
    server.parts(WEIGHTS, weights, "\"v1\"", 2_000_000, 0, 0, 0, 0, 0, 0);
    assertThatThrownBy(() -> hub().resolve(NAME)).isInstanceOf(ModelException.class);
    server.on(
        WEIGHTS,
        exchange -> {
          boolean part = exchange.getRequestHeaders().containsKey("Range");
          FakeHub.send(exchange, part ? 416 : 200, "short");
        });

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasContent("short");
  }

  @Test
  void theListingKnowsHashAndSize() throws Exception {
    listing(weights.length, sha256(weights));
    byte[] wrong = weights.clone();
    wrong[7]++;
    server.on(WEIGHTS, exchange -> sendBytes(exchange, wrong));
    assertThatThrownBy(() -> hub().resolve(NAME))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "org/tiny: cannot be fetched from "
                + server.address("127.0.0.1")
                + WEIGHTS
                + " (its SHA-256 is "
                + sha256(wrong)
                + ", but should be "
                + sha256(weights)
                + "; try again); "
                + Hub.FIX);

    server.on(WEIGHTS, exchange -> sendBytes(exchange, new byte[7]));
    assertThatThrownBy(() -> hub().resolve(NAME))
        .hasMessageContaining("7 bytes arrived of 5000000, 5 tries");

    server.on(WEIGHTS, exchange -> sendBytes(exchange, new byte[5_000_001]));
    assertThatThrownBy(() -> hub().resolve(NAME))
        .hasMessageContaining("more than 5000000 bytes arrived, 5 tries");
  }

  @Test
  void smallFilesHaveTheHashOfGit() {
    server.text(WEIGHTS, "weights");
    server.text(FILES + "config.json", "{ }", "ETag", "\"" + GIT_OF_BRACES + "\"");

    assertThatThrownBy(() -> hub().resolve(NAME))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("config.json (its git hash is ")
        .hasMessageContaining(", but should be " + GIT_OF_BRACES);
  }

  @Test
  void aBlobOfAnotherRevisionIsNotFetchedAgain() throws Exception {
    listing(weights.length, sha256(weights));
    Path blobs = Files.createDirectories(root().resolve("blobs"));
    Files.write(blobs.resolve(sha256(weights)), weights);

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.requests()).containsExactly(LISTING, FILES + "config.json");
  }

  @Test
  void waitsAsLongAsTheHubAsks() throws Exception {
    AtomicInteger left = new AtomicInteger(1);
    server.text(WEIGHTS, "weights");
    server.on(
        FILES + "config.json",
        exchange ->
            FakeHub.send(
                exchange, left.getAndDecrement() > 0 ? 429 : 200, "{}", "Retry-After", "1"));

    long start = System.nanoTime();
    hub().resolve(NAME);

    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(990));
  }

  @Test
  void waitsNotForEver() {
    String inAnHour =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
    for (List<String> header :
        List.of(
            List.of("Retry-After", "3600"),
            List.of("Retry-After", inAnHour),
            List.of("RateLimit", "\"api\";r=0;t=3600"))) {
      server.requests().clear();
      server.on(
          LISTING,
          exchange -> FakeHub.send(exchange, 429, "slow down", header.get(0), header.get(1)));

      assertThatThrownBy(() -> hub().resolve(NAME))
          .isInstanceOf(ModelException.class)
          .hasMessageMatching("(?s).*\\(HTTP 429, the hub asks to wait for 3[56]\\d\\d s\\).*");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aWebPageIsNoFile() {
    server.text(LISTING, "<html>log in</html>", "Content-Type", "text/html; charset=utf-8");

    assertThatThrownBy(() -> hub().resolve(NAME))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("a web page came instead of a file");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void cutsAtEveryStageEndInAWholeModel() throws Exception {
    listing(weights.length, sha256(weights));
    AtomicInteger turn = new AtomicInteger();
    server.parts(WEIGHTS, weights, tag(weights), 0, 1, 100_000, weights.length - 1);
    server.on(
        FILES + "config.json",
        exchange -> {
          if (turn.getAndIncrement() > 0) {
            FakeHub.send(exchange, 200, "{}");
          }
          // Else not even a status line.
        });

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void tellsHowFarItIs() throws Exception {
    listing(weights.length, sha256(weights));
    server.parts(WEIGHTS, weights, tag(weights), 2_000_000);
    List<Long> done = new ArrayList<>();

    hub()
        .withProgress(
            (model, bytes, total) -> {
              assertThat(model).isEqualTo(NAME);
              assertThat(total).isEqualTo(weights.length + 2L);
              done.add(bytes);
            })
        .resolve(NAME);

    assertThat(done).isSorted().last().isEqualTo(weights.length + 2L);
  }

  @Test
  void processesShareOneDownload() throws Exception {
    listing(weights.length, sha256(weights));
    server.on(
        WEIGHTS,
        exchange -> {
          exchange.sendResponseHeaders(200, weights.length);
          for (int i = 0; i < 10; i++) {
            exchange.getResponseBody().write(weights, i * 500_000, 500_000);
            exchange.getResponseBody().flush();
            sleep(100);
          }
        });

    List<Process> processes = Stream.generate(this::otherProcess).limit(2).toList();
    for (Process process : processes) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      assertThat(output.strip()).endsWith(COMMIT);
    }

    assertThat(server.requests()).filteredOn(WEIGHTS::equals).hasSize(1);
    assertThat(snapshot().resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aKilledProcessLeavesItsLockAndItsBytes() throws Exception {
    listing(weights.length, sha256(weights));
    server.on(
        WEIGHTS,
        exchange -> {
          exchange.getResponseHeaders().add("ETag", tag(weights));
          exchange.sendResponseHeaders(200, weights.length);
          exchange.getResponseBody().write(weights, 0, 2_000_000);
          exchange.getResponseBody().flush();
          sleep(60_000);
        });
    Process process = otherProcess();
    Path partial = root().resolve(".weft-partial").resolve(COMMIT).resolve("model.safetensors");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while ((!Files.exists(partial) || Files.size(partial) < 1_000_000)
        && System.nanoTime() < deadline) {
      sleep(20);
    }
    process.destroyForcibly().waitFor();
    server.parts(WEIGHTS, weights, tag(weights));

    assertThat(hub().resolve(NAME).resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(server.ranges()).hasSize(1);
    assertThat(offset(0)).isBetween(1_000_000L, 2_000_000L);
  }

  private Process otherProcess() {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HubProcess.class.getName(),
                NAME)
            .redirectErrorStream(true);
    builder.environment().put("HF_ENDPOINT", server.address("127.0.0.1"));
    builder.environment().put("HF_HUB_CACHE", cache.toString());
    builder.environment().remove("HF_HUB_OFFLINE");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void listing(long size, String sha256) {
    server.text(
        LISTING,
        ("{\"sha\": \"%s\", \"siblings\": ["
                + "{\"rfilename\": \"config.json\", \"blobId\": \"%s\", \"size\": 2},"
                + "{\"rfilename\": \"model.safetensors\", \"blobId\": \"%s\", \"size\": %d,"
                + " \"lfs\": {\"sha256\": \"%s\", \"size\": %d, \"pointerSize\": 135}}]}")
            .formatted(COMMIT, GIT_OF_BRACES, COMMIT, size, sha256, size));
  }

  private long offset(int index) {
    return Long.parseLong(server.ranges().get(index).replaceAll("\\D", ""));
  }

  private Hub hub() {
    return new Hub(
        new HubSettings(
            server.address("127.0.0.1"),
            cache,
            false,
            Optional.empty(),
            Duration.ofSeconds(10),
            Duration.ZERO));
  }

  private Path root() {
    return cache.resolve("models--org--tiny");
  }

  private Path snapshot() {
    return root().resolve("snapshots").resolve(COMMIT);
  }

  private static void sendBytes(HttpExchange exchange, byte[] bytes) throws IOException {
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String tag(byte[] content) {
    return '"' + sha256(content) + '"';
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
