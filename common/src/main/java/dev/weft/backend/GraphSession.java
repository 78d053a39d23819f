// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * An exported transformer in a runtime of its own. It reads and writes the memory of arrays on the
 * CPU directly; nothing of the runtime leaves it. Many threads may run it at once.
 */
interface GraphSession extends AutoCloseable {
  /** The file, for messages. */
  String label();

  /** The names of its inputs. */
  Set<String> inputs();

  /** Width H of its output (B, T, H), where the file fixes it. */
  OptionalInt width();

  /**
   * Runs a batch.
   *
   * @param inputs all of {@link #inputs}, (B, T) int64 on the CPU, contiguous
   * @param output (B, T, H) float32 on the CPU, contiguous; it is written to
   */
  void run(Map<String, NDArray> inputs, NDArray output);

  @Override
  void close();
}
