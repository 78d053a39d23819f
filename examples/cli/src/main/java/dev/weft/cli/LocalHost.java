// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.serve.EmbedderSpec;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** This process: an {@link Embedder} and nothing else. */
final class LocalHost implements Host {
  @Override
  public String name() {
    return "local";
  }

  @Override
  public void embed(EmbedJob job) throws IOException {
    EmbedderSpec spec = job.model().spec();
    EncodeOptions options = spec.encodeOptions();
    try (TextFile file = TextFile.open(job.input(), job.column());
        Embedder embedder = load(spec)) {
      job.write(
          new EncodedRows(file.rows(), texts -> embedder.encode(texts, options)),
          Function.identity());
    }
  }

  @Override
  public float[][] encode(ModelChoice model, List<String> texts) {
    EmbedderSpec spec = model.spec();
    try (Embedder embedder = load(spec)) {
      return embedder.encode(texts, spec.encodeOptions());
    }
  }

  private static Embedder load(EmbedderSpec spec) {
    return Embedder.load(spec.model(), spec.embedderOptions());
  }
}
