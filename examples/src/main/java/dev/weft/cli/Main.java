// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.config.ModelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;
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
      JoinRateCommand.class,
      ModelCommand.class
    })
public final class Main {
  private static final int BAD_INPUT = 2;

  /** Told to stop, so what fails now fails because of that. */
  private static volatile boolean stopping;

  private Main() {}

  /** Exits with 0 on success, 2 on bad usage or input, 1 on a failure of Weft itself. */
  public static void main(String[] args) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopping = true));
    System.exit(run(args));
  }

  /** The exit status of a command line. */
  static int run(String... args) {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExpandAtFiles(false);
    line.setParameterExceptionHandler(
        (failure, arguments) -> {
          String command = failure.getCommandLine().getCommandSpec().qualifiedName();
          return report(failure.getMessage() + "; see " + command + " --help");
        });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          Optional<String> message = blame(failure);
          if (message.isPresent() && !stopping) {
            return report(message.get());
          }
          if (!stopping) {
            failure.printStackTrace();
          }
          return 1;
        });
    int status = line.execute(args);
    System.out.flush();
    return status;
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
      if (cause instanceof AccessDeniedException) {
        return Optional.of(cause.getMessage() + ": permission denied");
      }
      if (cause instanceof FileSystemException) {
        return Optional.of(String.valueOf(cause.getMessage()));
      }
      if (cause instanceof SparkThrowable host && isAboutInput(host)) {
        return String.valueOf(cause.getMessage()).lines().findFirst();
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  /** A query that cannot be, a file that is not what its name says. */
  private static boolean isAboutInput(SparkThrowable failure) {
    String condition = String.valueOf(failure.getCondition());
    return failure instanceof AnalysisException
        || condition.startsWith("FAILED_READ_FILE")
        || condition.startsWith("MALFORMED_RECORD");
  }
}
