// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;

/** Reads a saved stage; a model beside its params stands for the one that was saved. */
final class EmbedderReader extends DefaultParamsReader<SentenceEmbedder> {

  @Override
  public SentenceEmbedder load(String path) {
    SentenceEmbedder embedder = super.load(path);
    if ((Boolean) embedder.getOrDefault(embedder.saveModel())) {
      embedder.setModel(model(new Path(path, EmbedderWriter.MODEL)));
    }
    return embedder;
  }

  private String model(Path model) {
    try {
      FileSystem files = model.getFileSystem(sparkSession().sessionState().newHadoopConf());
      return files.resolvePath(model).toUri().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the model that was saved is not at " + model + ": " + e.getMessage(), e);
    }
  }
}
