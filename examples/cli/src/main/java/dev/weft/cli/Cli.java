// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.config.ModelException;
import java.nio.file.AccessDeniedException;
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
    mixinStandardHelpOptions = true)
public final class Cli {
  private static final int BAD_INPUT = 2;

  /** Told to stop, so what fails now fails because of that. */
  private static volatile boolean stopping;

  private Cli() {}

  /**
   * Runs a command line and ends the process: with 0 on success, 2 on bad usage or input, 1 on a
   * failure of Weft itself.
   *
   * @param host what the class path has beside this process itself
   */
  public static void exit(Host host, String... args) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopping = true));
    System.exit(run(host, args));
  }

  /** As {@link #exit}, but returns the status. */
  public static int run(Host host, String... args) {
    CommandLine line =
        new CommandLine(new Cli())
            .addSubcommand(new EmbedCommand(host))
            .addSubcommand(new SimilarityCommand(host))
            .addSubcommand(new InspectCommand())
            .addSubcommand(new ModelCommand())
            .addSubcommand(new RateCommand())
            .addSubcommand(new PeakCommand());
    host.commands().forEach(line::addSubcommand);
    line.setExpandAtFiles(false);
    line.setParameterExceptionHandler(
        (failure, arguments) -> {
          String command = failure.getCommandLine().getCommandSpec().qualifiedName();
          return report(failure.getMessage() + "; see " + command + " --help");
        });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          Optional<String> message = blame(host, failure);
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
  private static Optional<String> blame(Host host, Throwable failure) {
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
      Optional<String> complaint = host.complaint(cause);
      if (complaint.isPresent()) {
        return complaint;
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }
}
