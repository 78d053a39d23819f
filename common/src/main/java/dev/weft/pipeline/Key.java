// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import ai.djl.ndarray.NDArray;

/**
 * The name of a feature together with the type of its value. The name is the one the reference uses
 * in Python and in its configuration files.
 *
 * @param name such as {@code token_embeddings}
 * @param type the class every value under this key has
 */
public record Key<T>(String name, Class<T> type) {
  /** A key for a tensor; {@code module_input_name} in a configuration names one of these. */
  public static Key<NDArray> tensor(String name) {
    return new Key<>(name, NDArray.class);
  }

  @Override
  public String toString() {
    return name;
  }
}
