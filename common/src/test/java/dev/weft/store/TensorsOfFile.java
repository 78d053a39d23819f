// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.ndarray.NDManager;
import dev.weft.config.Weights;
import java.nio.file.Path;

/** Opens a safetensors file of any name for tests of other rooms. */
public final class TensorsOfFile {
  private TensorsOfFile() {}

  public static Weights open(Path file, NDManager device) {
    return new FileWeights(SafeTensors.open(file), new TensorReader(device));
  }
}
