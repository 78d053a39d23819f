// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;

/**
 * A module that can stand first: it turns texts into features. It does so in two steps, so that
 * batches can be cut by their number of tokens: {@link #tokenize} for many texts, in Java memory,
 * then {@link #features} for the rows of one batch.
 */
public interface InputModule extends Module {
  /**
   * Ids of every text, cut at the module's maximum length; row {@code i} is text {@code i}, unless
   * the batch asks for long texts to be split.
   */
  Tokens tokenize(TextBatch texts);

  /** The rows as tensors of the batch's manager, padded to the longest. */
  Features features(Tokens rows, NDManager batch);

  /** The most tokens a text may have before it is cut, special tokens included. */
  int maxSeqLength();

  /** Positions that are computed for these rows as one batch: the tokens, and padding if any. */
  default long positions(Tokens rows) {
    return (long) rows.width() * rows.rows();
  }

  /**
   * The most padded tokens of a batch that suit this module, where a caller has no wish. This is
   * for a transformer: on a CPU about what keeps a layer's activations of 384 to 768 floats a token
   * in a core's cache, on a GPU what keeps it busy. A module that does less a token wants more of
   * them.
   */
  default int batchTokens(Device device) {
    return device.isGpu() ? 16_384 : 512;
  }
}
