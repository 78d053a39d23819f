// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDManager;
import java.lang.reflect.Field;

/** The engine for tests of modules, started with the properties the product starts it with. */
public final class TestEngine {
  private TestEngine() {}

  /** A manager on the CPU, to be closed by the test. */
  public static NDManager cpu() {
    return TorchEngine.open("cpu");
  }

  /** Arrays that a model owns now, its weights and those of batches that are not closed. */
  public static int arrays(Embedder embedder) {
    try {
      Field device = Embedder.class.getDeclaredField("device");
      device.setAccessible(true);
      return ((NDManager) device.get(embedder)).getManagedArrays().size();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
