// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.config.ModelException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Parses the command line, runs a subcommand, and says in one line what is wrong with either. */
@Command(
    name = "weft",
    description = "sentence-transformers models in Java, Spark and Flink",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {
      DemoCommand.class,
      EmbedCommand.class,
      SimilarityCommand.class,
      InspectCommand.class,
      RateCommand.class,
      ModelCommand.class
    })
public final class Main {
  private static final int BAD_INPUT = 2;

  private Main() {}

  /** Exits with 0 on success, 2 on bad usage or input, 1 on a failure of Weft itself. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(
        (failure, arguments) -> {
          String command = failure.getCommandLine().getCommandSpec().qualifiedName();
          return report(failure.getMessage() + "; see " + command + " --help");
        });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          Optional<String> message = blame(failure);
          if (message.isPresent()) {
            return report(message.get());
          }
          failure.printStackTrace();
          return 1;
        });
    int status = line.execute(args);
    System.out.flush();
    System.exit(status);
  }

  private static int report(String message) {
    System.err.println("weft: " + message.replaceAll("\\s*\\R\\s*", " "));
    return BAD_INPUT;
  }

  /** What to tell the user, if the failure is about what they gave; a host may have wrapped it. */
  private static Optional<String> blame(Throwable failure) {
    Throwable cause = failure;
    while (cause != null) {
      if (cause instanceof ModelException || cause instanceof IllegalArgumentException) {
        return Optional.of(String.valueOf(cause.getMessage()));
      }
      if (cause instanceof NoSuchFileException) {
        return Optional.of(cause.getMessage() + ": no such file");
      }
      if (cause instanceof FileSystemException) {
        return Optional.of(String.valueOf(cause.getMessage()));
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }
}
