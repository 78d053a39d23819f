// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.Set;

/**
 * The named tensors of one module, still on disk. Reading one copies it to the model's device as
 * float32; the array belongs to the model and lives until the model is closed.
 */
public interface Weights {
  /** Where the arrays are made. */
  Device device();

  /** Names of the tensors that are there. */
  Set<String> names();

  /**
   * The shape of a tensor that no configuration promises one for.
   *
   * @throws ModelException if it is absent
   */
  long[] shape(String name);

  /**
   * Reads one tensor.
   *
   * @param name its name in the file
   * @param shape the shape the configuration promises; checked before anything is allocated
   * @throws ModelException if it is absent or has another shape
   */
  NDArray tensor(String name, long... shape);

  /**
   * Every tensor by its name, in its own type and with its numbers still on disk, so that a model
   * is saved again as it was. The files must stay as they are until the last one is written.
   *
   * @throws ModelException if a file that holds some of them is missing or broken
   */
  Map<String, TensorData> stored();

  /** Whether there is a tensor of this name. */
  default boolean has(String name) {
    return names().contains(name);
  }
}
