// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.EncodeCounters;
import dev.weft.EncodeOptions;
import dev.weft.VectorSink;
import java.util.List;

/**
 * What batches of texts run on: a loaded model, or a test's stand-in for one. Called by several
 * threads at once.
 */
public interface TextEncoder extends AutoCloseable {
  /**
   * As {@link dev.weft.Embedder#encode(List, List, VectorSink)}: a text that cannot be encoded is
   * told to the sink, and an exception is about no text.
   */
  void encode(List<String> texts, List<EncodeOptions> options, VectorSink sink);

  /** Batches that run at once. */
  int workers();

  /**
   * The most padded tokens of a batch with these options.
   *
   * @throws IllegalArgumentException if the options do not fit the model
   */
  int batchTokens(EncodeOptions options);

  /** What it has done so far. */
  EncodeCounters counters();

  /** Equal for encoders that run on the same loaded model, whose rows may share a batch. */
  Object model();

  /** Gives up the claim on the model; called once, when no call is running. */
  @Override
  void close();
}
