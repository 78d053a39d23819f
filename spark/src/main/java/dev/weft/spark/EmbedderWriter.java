// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import dev.weft.store.ModelScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsWriter;

/** Writes the params of a stage, and beside them its model where {@code saveModel} says so. */
final class EmbedderWriter extends DefaultParamsWriter {
  /** The folder of the model in that of the stage. */
  static final String MODEL = "model";

  private final SentenceEmbedder embedder;

  EmbedderWriter(SentenceEmbedder embedder) {
    super(embedder);
    this.embedder = embedder;
  }

  @Override
  public void saveImpl(String path) {
    super.saveImpl(path);
    if ((Boolean) embedder.getOrDefault(embedder.saveModel())) {
      copyModel(new Path(path, MODEL));
    }
  }

  private void copyModel(Path target) {
    EmbedderSpec spec = EmbedStage.of(embedder, sparkSession().sessionState().conf()).spec();
    java.nio.file.Path source =
        ModelScope.open(spec.model(), spec.embedderOptions().backend()).root();
    Configuration conf = sparkSession().sessionState().newHadoopConf();
    try {
      FileSystem local = FileSystem.getLocal(conf).getRaw();
      FileUtil.copy(
          local, new Path(source.toUri()), target.getFileSystem(conf), target, false, conf);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the model " + source + " cannot be copied to " + target + ": " + e.getMessage(), e);
    }
  }
}
