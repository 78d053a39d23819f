// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An entry of a pipeline: a {@link Module}, or something that stands for one of several lists of
 * modules and chooses by the task of a call, as Router does. Immutable; many threads may use it.
 */
public interface Stage extends AutoCloseable {
  /** The class name the reference uses, such as {@code Pooling}. */
  String name();

  /** Settings in one line, for {@code inspect}, such as {@code mean, include_prompt=true}. */
  String settings();

  /**
   * The modules that run for a task, in their order; always the same objects for the same task.
   *
   * @throws IllegalArgumentException if a choice depends on the task and none fits
   */
  List<Module> modules(Optional<String> task);

  /** The tasks it tells apart; empty for one that always does the same. */
  Set<String> tasks();

  /** What a saved model holds of it. */
  ModuleSpec spec();

  /** Frees what it opened itself; tensors of a loaded model belong to the model. */
  @Override
  void close();
}
