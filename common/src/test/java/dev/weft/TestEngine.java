// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDManager;

/** The engine for tests of modules, started with the properties the product starts it with. */
public final class TestEngine {
  private TestEngine() {}

  /** A manager on the CPU, to be closed by the test. */
  public static NDManager cpu() {
    return TorchEngine.open("cpu");
  }
}
