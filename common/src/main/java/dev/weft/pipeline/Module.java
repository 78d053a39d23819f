// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One step of a pipeline, such as Pooling or Dense.
 *
 * <p>A module is immutable after construction, never changes its input tensors, and may be called
 * by many threads at once, each with a batch of its own. What it makes belongs to the manager of
 * the tensors it was given, which the caller closes.
 */
public interface Module extends Stage {
  /** Features that must have been produced before this module runs. */
  Set<Key<?>> needs();

  /** Features this module produces or replaces. */
  Set<Key<?>> adds();

  /**
   * The width of the vectors this module hands on, given the width of those it receives (zero for
   * the first module).
   *
   * @throws dev.weft.config.ModelException if it cannot take vectors of that width
   */
  int width(int inputWidth);

  /** Takes the features of one batch and returns them with what this module adds. */
  Features forward(Features features);

  @Override
  default List<Module> modules(Optional<String> task) {
    return List.of(this);
  }

  @Override
  default Set<String> tasks() {
    return Set.of();
  }

  @Override
  default void close() {}
}
