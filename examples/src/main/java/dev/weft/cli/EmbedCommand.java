// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.Precision;
import dev.weft.serve.EmbedderSpec;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Adds to every row of a file the embedding of its text. */
@Command(name = "embed", description = "embed the texts of a file", mixinStandardHelpOptions = true)
final class EmbedCommand implements Callable<Integer> {
  private static final int WINDOW = 4096;

  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = ".txt (a text a line), .jsonl, .csv or .parquet")
  private Path input = Path.of("");

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = ".jsonl or .parquet; appears when it is whole")
  private Path output = Path.of("");

  @Option(
      names = "--column",
      defaultValue = "text",
      paramLabel = "NAME",
      description = "the column of the texts (default: ${DEFAULT-VALUE})")
  private String column = "text";

  @Option(
      names = "--precision",
      defaultValue = "float32",
      paramLabel = "P",
      description = "float32, int8, uint8, binary or ubinary (default: ${DEFAULT-VALUE})")
  private String precision = "float32";

  @Option(
      names = "--on",
      defaultValue = "local",
      paramLabel = "WHERE",
      description = "local or spark (default: ${DEFAULT-VALUE}); parquet always goes through spark")
  private Where where = Where.LOCAL;

  @Override
  public Integer call() throws IOException {
    FileFormat from =
        FileFormat.of(input, FileFormat.TXT, FileFormat.JSONL, FileFormat.CSV, FileFormat.PARQUET);
    FileFormat to = FileFormat.of(output, FileFormat.JSONL, FileFormat.PARQUET);
    Precision stored = Precision.parse(precision);
    Inputs.requireReadable(input);
    if (to == FileFormat.JSONL && Files.isDirectory(output)) {
      throw new FileSystemException(output + ": is a directory");
    }
    EmbedderSpec spec = model.spec();
    try (WholeFile whole = new WholeFile(output)) {
      if (where == Where.SPARK || from == FileFormat.PARQUET || to == FileFormat.PARQUET) {
        if (from != FileFormat.PARQUET) {
          TextFile.check(input, column);
        }
        try (SparkEmbedding spark = new SparkEmbedding(model)) {
          spark.embed(input, column, whole.partial(), to, stored);
        }
      } else {
        embedHere(spec, whole.partial(), stored);
      }
      whole.commit();
    }
    return 0;
  }

  private void embedHere(EmbedderSpec spec, Path target, Precision stored) throws IOException {
    EncodeOptions options = spec.encodeOptions();
    Counter counter = new Counter();
    try (TextFile file = TextFile.open(input, column);
        Embedder embedder = Embedder.load(spec.model(), spec.embedderOptions());
        VectorWriter writer = new VectorWriter(target, stored)) {
      Iterator<TextRow> rows = file.rows();
      List<TextRow> window = new ArrayList<>();
      while (rows.hasNext()) {
        window.add(rows.next());
        if (window.size() == WINDOW || !rows.hasNext()) {
          write(window, embedder, options, writer);
          counter.add(window.size());
          window.clear();
        }
      }
      writer.finish();
    }
    counter.end();
  }

  private static void write(
      List<TextRow> window, Embedder embedder, EncodeOptions options, VectorWriter writer)
      throws IOException {
    List<String> texts = window.stream().map(TextRow::text).flatMap(Optional::stream).toList();
    float[][] vectors = embedder.encode(texts, options);
    int next = 0;
    for (TextRow row : window) {
      Optional<float[]> vector =
          row.text().isPresent() ? Optional.of(vectors[next++]) : Optional.empty();
      writer.write(row.columns(), vector);
    }
  }
}
