// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import ai.djl.engine.Engine;
import com.google.gson.JsonObject;
import dev.weft.Embedder;
import dev.weft.EmbedderOptions;
import dev.weft.EncodeMeter;
import dev.weft.EncodeOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Encodes a file of texts several times and prints the best rate, how long the start took and the
 * peak memory, each as a line of JSON; the benchmarks call it.
 */
@Command(name = "rate", hidden = true, description = "measure Embedder.encode on a file of texts")
final class RateCommand implements Callable<Integer> {
  private static final int WARM_UP = 2000;
  private static final int COMPARED = 50;

  @Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @Parameters(index = "1", paramLabel = "FILE.txt")
  private Path file = Path.of("");

  @Parameters(index = "2", paramLabel = "REPEAT", defaultValue = "2")
  private int repeat;

  @Parameters(index = "3", paramLabel = "BACKEND", defaultValue = "torch")
  private String backend = "";

  @Option(names = "--workers", description = "batches that run at once; 0, the default: one a core")
  private int workers;

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      description = "write the vectors of the first 50 texts, as little-endian float32")
  private Optional<Path> vectors = Optional.empty();

  @Override
  public Integer call() throws IOException {
    List<String> texts = Files.readAllLines(file);
    EmbedderOptions options =
        EmbedderOptions.DEFAULT.withBackend(backend, Map.of()).withWorkers(workers);
    long loading = System.nanoTime();
    try (Embedder embedder = Embedder.load(model, options)) {
      JsonObject start = line();
      start.addProperty("load_seconds", secondsSince(loading));
      embedder.encode(texts.subList(0, 1));
      start.addProperty("cold_start_seconds", secondsSinceProcessStart());
      start.addProperty("workers", embedder.workers());
      start.add("versions", versions());
      print(start);
      embedder.encode(texts.subList(0, Math.min(WARM_UP, texts.size())));
      print(rate(embedder, texts));
      if (vectors.isPresent()) {
        List<String> compared = texts.subList(0, Math.min(COMPARED, texts.size()));
        Files.write(vectors.get(), littleEndian(embedder.encode(compared)));
      }
    }
    JsonObject memory = line();
    memory.addProperty("peak_rss_mb", peakMegabytes());
    print(memory);
    return 0;
  }

  private static JsonObject versions() {
    JsonObject versions = new JsonObject();
    versions.addProperty("java", Runtime.version().toString());
    versions.addProperty("djl", Engine.getDjlVersion());
    versions.addProperty("pytorch", Engine.getEngine("PyTorch").getVersion());
    return versions;
  }

  private JsonObject rate(Embedder embedder, List<String> texts) {
    EncodeMeter meter = new EncodeMeter();
    double best = Double.MAX_VALUE;
    for (int i = 0; i < repeat; i++) {
      long begin = System.nanoTime();
      embedder.encode(texts, EncodeOptions.DEFAULT.withMeter(meter));
      best = Math.min(best, secondsSince(begin));
    }
    long tokens = meter.counters().tokens() / repeat;
    JsonObject line = line();
    line.addProperty("texts", texts.size());
    line.addProperty("seconds", best);
    line.addProperty("rate", texts.size() / best);
    line.addProperty("tokens", tokens);
    line.addProperty("tokens_per_second", tokens / best);
    return line;
  }

  private static JsonObject line() {
    JsonObject line = new JsonObject();
    line.addProperty("what", "weft");
    return line;
  }

  private static void print(JsonObject line) {
    System.out.println(line);
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }

  private static double secondsSinceProcessStart() {
    Instant now = Instant.now();
    Instant start = ProcessHandle.current().info().startInstant().orElse(now);
    return Duration.between(start, now).toNanos() / 1e9;
  }

  private static byte[] littleEndian(float[][] rows) {
    ByteBuffer bytes = ByteBuffer.allocate(rows.length * rows[0].length * Float.BYTES);
    FloatBuffer floats = bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (float[] row : rows) {
      floats.put(row);
    }
    return bytes.array();
  }

  /** The high water mark Linux keeps of a process; zero elsewhere. */
  private static long peakMegabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
