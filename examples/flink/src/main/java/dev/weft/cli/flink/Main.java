// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import dev.weft.cli.Cli;

/** The command on a class path with Flink. */
public final class Main {
  private Main() {}

  /** Runs a command line; see {@link Cli#exit}. */
  public static void main(String[] args) {
    Cli.exit(new FlinkHost(), args);
  }
}
