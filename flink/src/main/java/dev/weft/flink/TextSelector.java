// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text to embed in a row. Travels with the job's plan, so what a lambda captures must be
 * serialisable.
 *
 * @param <IN> the rows
 */
@FunctionalInterface
public interface TextSelector<IN> extends Serializable {
  /** The text of a row, or null where the row has none. */
  @Nullable String text(IN row);
}
