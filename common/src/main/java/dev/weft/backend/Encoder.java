// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.text.AttentionMask;
import java.util.List;

/** A transformer architecture with its weights. Immutable; many threads may call it. */
public interface Encoder extends AutoCloseable {
  /** The {@code model_type} of its {@code config.json}. */
  String modelType();

  /** Width H of the hidden states. */
  int hiddenSize();

  /** The most positions a row may have. */
  int maxPositions();

  /**
   * The last hidden state.
   *
   * @param inputIds (B, T) int64
   * @param mask which positions are tokens; the others are not attended to
   * @return (B, T, H) float32, of the manager of {@code inputIds}; rows at masked positions are
   *     unspecified
   */
  List<NDArray> forward(NDArray inputIds, AttentionMask mask, HiddenLayers wanted);

  /** Frees what the encoder opened beside its weights, which belong to the model. */
  @Override
  void close();
}
