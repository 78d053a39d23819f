// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.Embedder;
import dev.weft.EmbedderOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Encodes a file of texts several times and prints the best rate; {@code bench encode} calls it.
 */
@Command(name = "rate", hidden = true, description = "measure Embedder.encode on a file of texts")
final class RateCommand implements Callable<Integer> {
  private static final int WARM_UP = 200;

  @Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @Parameters(index = "1", paramLabel = "FILE.txt")
  private Path file = Path.of("");

  @Parameters(index = "2", paramLabel = "REPEAT", defaultValue = "2")
  private int repeat;

  @Parameters(index = "3", paramLabel = "BACKEND", defaultValue = "torch")
  private String backend = "";

  @Override
  public Integer call() throws IOException {
    List<String> texts = Files.readAllLines(file);
    EmbedderOptions options = EmbedderOptions.DEFAULT.withBackend(backend, Map.of());
    try (Embedder embedder = Embedder.load(model, options)) {
      embedder.encode(texts.subList(0, Math.min(WARM_UP, texts.size())));
      double best = Double.MAX_VALUE;
      for (int i = 0; i < repeat; i++) {
        long start = System.nanoTime();
        embedder.encode(texts);
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      System.out.printf(
          Locale.ROOT,
          "{\"what\":\"weft\",\"texts\":%d,\"seconds\":%.3f,\"rate\":%.1f}%n",
          texts.size(),
          best,
          texts.size() / best);
    }
    System.out.printf(Locale.ROOT, "{\"what\":\"weft\",\"peak_rss_mb\":%d}%n", peakMegabytes());
    return 0;
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
