// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.Vectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Cosine of the two texts of every row; with a score column, how well it follows the score. */
@Command(
    name = "similarity",
    description = "compare two text columns, and a score if there is one",
    mixinStandardHelpOptions = true)
final class SimilarityCommand implements Callable<Integer> {
  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE.csv",
      description = "two text columns and maybe a score, with or without a header")
  private Path input = Path.of("");

  @Mixin private final HostOption on;

  SimilarityCommand(Host host) {
    on = new HostOption(host);
  }

  @Override
  public Integer call() throws IOException {
    FileFormat.of(input, FileFormat.CSV);
    Inputs.requireReadable(input);
    Host host = on.host();
    ModelChoice choice = model.choice();
    ScoredPairs pairs = ScoredPairs.read(input);
    List<String> texts = Stream.concat(pairs.first().stream(), pairs.second().stream()).toList();
    long start = System.nanoTime();
    double[] cosines = cosines(host.encode(choice, texts));
    double seconds = (System.nanoTime() - start) / 1e9;
    if (pairs.scores().isPresent()) {
      double[] scores = pairs.scores().get();
      System.out.printf(Locale.ROOT, "pairs    %d%n", cosines.length);
      System.out.printf(Locale.ROOT, "Spearman %.5f%n", Correlation.spearman(cosines, scores));
      System.out.printf(Locale.ROOT, "Pearson  %.5f%n", Correlation.pearson(cosines, scores));
      System.out.printf(
          Locale.ROOT, "rate     %.0f texts a second%n", 2 * cosines.length / seconds);
    } else {
      for (int i = 0; i < cosines.length; i++) {
        System.out.printf(
            Locale.ROOT, "%.5f\t%s\t%s%n", cosines[i], pairs.first().get(i), pairs.second().get(i));
      }
    }
    return 0;
  }

  private static double[] cosines(float[][] vectors) {
    int pairs = vectors.length / 2;
    return IntStream.range(0, pairs)
        .mapToDouble(i -> Vectors.cosine(vectors[i], vectors[pairs + i]))
        .toArray();
  }
}
