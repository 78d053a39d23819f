// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The option that says where a model runs, the same for every subcommand. */
final class HostOption {
  private final Host local = new LocalHost();
  private final Host other;

  @Option(
      names = "--on",
      defaultValue = "local",
      paramLabel = "WHERE",
      description =
          "local, spark or flink (default: ${DEFAULT-VALUE}); parquet needs spark, and gets it")
  private String name = "local";

  HostOption(Host other) {
    this.other = other;
  }

  Host host() {
    return List.of(local, other).stream()
        .filter(host -> host.name().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--on "
                        + name
                        + ": expected local, spark or flink; of these the class path has "
                        + List.of(local.name(), other.name())));
  }

  /** The same; where parquet is read or written, the one that can if no other was asked for. */
  Host hostOf(FileFormat from, FileFormat to) {
    Host asked = host();
    if ((from != FileFormat.PARQUET && to != FileFormat.PARQUET) || asked.handlesParquet()) {
      return asked;
    }
    if (asked == local && other.handlesParquet()) {
      return other;
    }
    throw new IllegalArgumentException(
        "--on " + name + ": neither reads nor writes parquet; use .jsonl, or --on spark");
  }
}
