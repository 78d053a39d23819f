// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import java.util.List;

/**
 * Where a host lets a task run its model.
 *
 * @param gpus addresses of the GPUs the host assigned to the task, as its resource discovery names
 *     them: the index of the GPU in the machine or its UUID; the first is used. Empty if it
 *     assigned none
 * @param cores cores the host gives this process, for the workers of a model on a CPU; zero for all
 *     the machine has
 */
public record Place(List<String> gpus, int cores) {
  /** The host says nothing: the machine decides. */
  public static final Place ANY = new Place(List.of(), 0);

  public Place {
    gpus = List.copyOf(gpus);
    if (cores < 0) {
      throw new IllegalArgumentException("cores must not be negative: " + cores);
    }
  }
}
