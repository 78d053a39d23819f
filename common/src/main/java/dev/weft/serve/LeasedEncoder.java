// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.EncodeCounters;
import dev.weft.EncodeOptions;
import dev.weft.VectorSink;
import java.util.List;

/** A model of the process's cache, leased until it is closed. */
record LeasedEncoder(EmbedderCache.Lease lease) implements TextEncoder {
  @Override
  public void encode(List<String> texts, List<EncodeOptions> options, VectorSink sink) {
    lease.embedder().encode(texts, options, sink);
  }

  @Override
  public int workers() {
    return lease.embedder().workers();
  }

  @Override
  public int batchTokens(EncodeOptions options) {
    return lease.embedder().batchTokens(options);
  }

  @Override
  public EncodeCounters counters() {
    return lease.embedder().counters();
  }

  @Override
  public Object model() {
    return lease.embedder();
  }

  @Override
  public void close() {
    lease.close();
  }
}
