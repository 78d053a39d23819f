// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.Precision;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Adds to every row of a file the embedding of its text. */
@Command(name = "embed", description = "embed the texts of a file", mixinStandardHelpOptions = true)
final class EmbedCommand implements Callable<Integer> {
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

  @Mixin private final HostOption on;

  EmbedCommand(Host host) {
    on = new HostOption(host);
  }

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
    Host host = on.hostOf(from, to);
    ModelChoice choice = model.choice();
    try (WholeFile whole = new WholeFile(output)) {
      host.embed(new EmbedJob(input, column, whole.partial(), to, stored, choice));
      whole.commit();
    }
    return 0;
  }
}
