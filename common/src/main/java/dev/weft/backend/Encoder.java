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

  /**
   * The most tokens a row may have, special tokens included, where nobody says another length.
   *
   * <p>Where positions are a learned table, its rows that tokens can use: {@code
   * max_position_embeddings}, for RoBERTa and MPNet without the {@code padding_idx + 1} rows below
   * the first token. Where positions are computed (rotary), {@code max_position_embeddings}, the
   * length the model is made for. {@link Integer#MAX_VALUE} where neither is there (T5).
   */
  int maxPositions();

  /**
   * The most tokens a row can have at all, however long the model is asked to read: {@link
   * #maxPositions} where positions are a learned table, {@link Integer#MAX_VALUE} where they are
   * computed.
   */
  default int positionLimit() {
    return maxPositions();
  }

  /**
   * The hidden states. A row gives the same numbers whatever its neighbours and on whichever side
   * it is padded: positions count from the first token of the row.
   *
   * @param inputIds (B, T) int64
   * @param mask which positions are tokens; the others are not attended to
   * @param wanted which states to return
   * @return arrays (B, T, H) float32 of the manager of {@code inputIds}; rows at masked positions
   *     are unspecified. {@link HiddenLayers#LAST}: a list of one, the last hidden state, after the
   *     final norm where the architecture has one. {@link HiddenLayers#ALL}: Hugging Face's {@code
   *     hidden_states}, layers + 1 arrays, the output of the embeddings first and the last hidden
   *     state last
   */
  List<NDArray> forward(NDArray inputIds, AttentionMask mask, HiddenLayers wanted);

  /** Frees what the encoder opened beside its weights, which belong to the model. */
  @Override
  void close();
}
