// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.io.Serializable;
import java.util.Optional;

/**
 * Takes the task out of a row: the key of a Router's or an Asym's route.
 *
 * @param <IN> the rows
 */
@FunctionalInterface
public interface TaskSelector<IN> extends Serializable {
  /** The row's task; empty for that of the spec, if it has one. */
  Optional<String> task(IN row);

  /** The task of the spec for every row. */
  static <IN> TaskSelector<IN> ofSpec() {
    return row -> Optional.empty();
  }
}
