// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import static org.apache.spark.sql.functions.col;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.Vectors;
import dev.weft.serve.EmbedderSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
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

  @Option(
      names = "--on",
      defaultValue = "local",
      paramLabel = "WHERE",
      description = "local or spark (default: ${DEFAULT-VALUE})")
  private Where where = Where.LOCAL;

  @Override
  public Integer call() throws IOException {
    FileFormat.of(input, FileFormat.CSV);
    Inputs.requireReadable(input);
    EmbedderSpec spec = model.spec();
    ScoredPairs pairs = ScoredPairs.read(input);
    long start = System.nanoTime();
    double[] cosines = where == Where.SPARK ? inSpark(pairs) : here(pairs, spec);
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

  private static double[] here(ScoredPairs pairs, EmbedderSpec spec) {
    EncodeOptions options = spec.encodeOptions();
    try (Embedder embedder = Embedder.load(spec.model(), spec.embedderOptions())) {
      float[][] first = embedder.encode(pairs.first(), options);
      float[][] second = embedder.encode(pairs.second(), options);
      return IntStream.range(0, first.length)
          .mapToDouble(i -> Vectors.cosine(first[i], second[i]))
          .toArray();
    }
  }

  private double[] inSpark(ScoredPairs pairs) {
    StructType schema =
        new StructType()
            .add("id", DataTypes.IntegerType)
            .add("a", DataTypes.StringType)
            .add("b", DataTypes.StringType);
    List<Row> rows =
        IntStream.range(0, pairs.first().size())
            .mapToObj(i -> RowFactory.create(i, pairs.first().get(i), pairs.second().get(i)))
            .toList();
    try (SparkEmbedding spark = new SparkEmbedding(model)) {
      double[] cosines = new double[rows.size()];
      spark
          .spark()
          .createDataFrame(rows, schema)
          .select(col("id"), spark.embed(col("a")).as("a"), spark.embed(col("b")).as("b"))
          .collectAsList()
          .forEach(
              row ->
                  cosines[row.getInt(0)] =
                      Vectors.cosine(
                          SparkEmbedding.vector(row, 1).orElseThrow(),
                          SparkEmbedding.vector(row, 2).orElseThrow()));
      return cosines;
    }
  }
}
