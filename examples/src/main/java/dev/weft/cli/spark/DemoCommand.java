// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.spark;

import static org.apache.spark.sql.functions.col;

import dev.weft.cli.DemoModel;
import dev.weft.cli.FileFormat;
import dev.weft.cli.Inputs;
import dev.weft.cli.TextFile;
import dev.weft.spark.Weft;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The main job: a real model embeds a text column in Spark, and the neighbours show that it works.
 */
@Command(
    name = "demo",
    description = "embed a text set in Spark and print nearest neighbours",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int SHOWN = 6;
  private static final int SHOWN_LENGTH = 70;

  @Option(
      names = "--model",
      paramLabel = "DIR|ID",
      description = "a model (default: all-MiniLM-L6-v2, fetched once)")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE.csv",
      description =
          "a file with a text column, and maybe a pair column naming texts that belong together")
  private Path input = Path.of("");

  @Override
  public Integer call() throws IOException {
    FileFormat.of(input, FileFormat.CSV);
    Inputs.requireReadable(input);
    TextFile.check(input, "text");
    String dir = model.orElseGet(() -> DemoModel.resolve().toString());
    SparkSession spark = SparkEmbedding.session("weft-demo");
    try {
      Dataset<Row> table = SparkEmbedding.records(spark, SparkEmbedding.location(input));
      List<String> columns = List.of(table.columns());
      Dataset<Row> texts = table.where(col("text").isNotNull()).cache();
      long count = texts.count();
      System.out.printf(
          Locale.ROOT,
          "%d texts, Spark %s on %s%n",
          count,
          spark.version(),
          spark.sparkContext().master());
      Dataset<Row> embedded = texts.withColumn("emb", Weft.embed(col("text"), dir));
      double loading = seconds(() -> embedded.limit(1).collectAsList());
      List<Row> rows = new ArrayList<>();
      double embedding = seconds(() -> rows.addAll(embedded.collectAsList()));
      print(rows, columns.contains("pair"));
      System.out.printf(
          Locale.ROOT,
          "model and first text: %.1f s; then %d texts in %.1f s, %.0f a second%n",
          loading,
          rows.size(),
          embedding,
          rows.size() / embedding);
      return 0;
    } finally {
      spark.stop();
    }
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static void print(List<Row> rows, boolean paired) {
    List<float[]> vectors = new ArrayList<>();
    for (Row row : rows) {
      vectors.add(SparkEmbedding.vector(row, row.fieldIndex("emb")).orElseThrow());
    }
    Neighbours neighbours = Neighbours.of(vectors);
    System.out.println();
    int step = Math.max(1, rows.size() / SHOWN);
    for (int i = step / 2; i < rows.size(); i += step) {
      int nearest = neighbours.nearest(i);
      System.out.println("  " + text(rows.get(i)));
      System.out.printf(
          Locale.ROOT, "  %.3f  %s%n%n", neighbours.similarity(i), text(rows.get(nearest)));
    }
    if (paired) {
      printPairs(rows, neighbours);
    }
  }

  private static void printPairs(List<Row> rows, Neighbours neighbours) {
    int known = 0;
    int found = 0;
    for (int i = 0; i < rows.size(); i++) {
      Optional<String> pair = pair(rows.get(i));
      if (pair.isPresent()) {
        known++;
        found += pair.equals(pair(rows.get(neighbours.nearest(i)))) ? 1 : 0;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "known pairs: for %d of %d texts the nearest neighbour is the one they belong to (%.1f %%)%n",
        found,
        known,
        100.0 * found / Math.max(1, known));
  }

  private static Optional<String> pair(Row row) {
    int index = row.fieldIndex("pair");
    return row.isNullAt(index) ? Optional.empty() : Optional.of(row.getString(index));
  }

  private static String text(Row row) {
    String text = row.getString(row.fieldIndex("text"));
    return text.length() <= SHOWN_LENGTH ? text : text.substring(0, SHOWN_LENGTH) + "…";
  }
}
