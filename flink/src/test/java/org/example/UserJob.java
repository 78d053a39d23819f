// SPDX-License-Identifier: Apache-2.0
package org.example;

import dev.weft.Embedder;
import dev.weft.flink.Weft;
import java.util.List;

/** Somebody's job, whose jar Flink loads anew each time; in no package that Weft's recipe names. */
public final class UserJob {
  private UserJob() {}

  /** Whether Weft is another's, and what it does. */
  public static String run(String model) {
    boolean shared = Weft.class.getClassLoader() != UserJob.class.getClassLoader();
    try (Embedder embedder = Embedder.load(model)) {
      return "shared " + shared + ", width " + embedder.encode(List.of("a text"))[0].length;
    }
  }
}
