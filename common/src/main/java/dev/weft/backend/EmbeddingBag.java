// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;

/**
 * The mean of the rows of a table that each text's token ids name, by torch's {@code
 * embedding_bag}: one call a batch, on flat ids, with nothing padded. Many threads may use it.
 */
public final class EmbeddingBag implements AutoCloseable {
  /** The reduction is 1, the mean. */
  private static final String BODY =
      """
      y, a, b, c = torch.embedding_bag(table, ids, offsets, False, 1)
      return y
      """;

  private final ScriptFunction function;

  /** Compiles the function for a device. */
  public EmbeddingBag(Device device) {
    this.function =
        ScriptFunction.compile("table: Tensor, ids: Tensor, offsets: Tensor", BODY, device);
  }

  /**
   * The means, (B, D); zeros for a text without ids.
   *
   * @param table (V, D) float32
   * @param ids (ΣT), each below V
   * @param offsets (B), where each text's ids begin, of the type of the ids
   */
  public NDArray mean(NDArray table, NDArray ids, NDArray offsets) {
    NDArray means = function.call(table, ids, offsets);
    means.attach(ids.getManager());
    return means;
  }

  @Override
  public void close() {
    function.close();
  }
}
