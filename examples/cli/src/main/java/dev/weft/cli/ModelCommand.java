// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the directory of the demo's model, fetching it once. */
@Command(
    name = "demo-model",
    description = "print where all-MiniLM-L6-v2 is, fetching it if it is not there",
    mixinStandardHelpOptions = true)
final class ModelCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    System.out.println(DemoModel.resolve());
    return 0;
  }
}
