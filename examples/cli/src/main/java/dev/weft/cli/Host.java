// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where a model runs: in this process directly, or in a Spark or Flink inside it. A process has at
 * most one beside the direct one, as Spark and Flink do not stand each other on a class path. For
 * one thread.
 */
public interface Host {
  /** As {@code --on} takes it. */
  String name();

  /** Whether it reads and writes parquet. */
  default boolean handlesParquet() {
    return false;
  }

  /**
   * Embeds every row of a file, in its order.
   *
   * @throws RuntimeException what the host makes of a failure; what is about the input is among its
   *     causes, see {@link #complaint}
   */
  void embed(EmbedJob job) throws IOException;

  /**
   * The vectors of texts, in their order.
   *
   * @return one row a text, as wide as the model makes them
   */
  float[][] encode(ModelChoice model, List<String> texts) throws IOException;

  /** Subcommands that only this host has, with picocli's annotations. */
  default List<Object> commands() {
    return List.of();
  }

  /** What to tell the user, if a failure of the host's own is about what they gave. */
  default Optional<String> complaint(Throwable failure) {
    return Optional.empty();
  }
}
