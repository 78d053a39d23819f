// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import ai.djl.huggingface.translator.TextEmbeddingTranslatorFactory;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import dev.weft.Embedder;
import dev.weft.Vectors;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.jspecify.annotations.Nullable;

/**
 * What a job does without Weft: DJL's own predictor on a traced model, in a plain map function, a
 * text at a time. It is what DJL's Flink demo does, but for one thing in its favour: each subtask
 * has a predictor of its own, where the demo has all of a process wait for one.
 */
final class PredictorFunction extends RichMapFunction<Tuple2<String, Long>, Long> {
  private static final long serialVersionUID = 1L;

  private static final double LEAST_COSINE = 0.9999;

  private final String folder;
  private transient @Nullable ZooModel<String, float[]> model;
  private transient @Nullable Predictor<String, float[]> predictor;

  /**
   * Describes the model.
   *
   * @param folder of model.pt and tokenizer.json, as examples/bench/trace.py writes it
   */
  PredictorFunction(Path folder) {
    this.folder = folder.toString();
  }

  private static ZooModel<String, float[]> load(Path folder) throws Exception {
    return Criteria.builder()
        .setTypes(String.class, float[].class)
        .optEngine("PyTorch")
        .optModelPath(folder)
        .optModelName("model")
        .optTranslatorFactory(new TextEmbeddingTranslatorFactory())
        .optArgument("pooling", "mean")
        .optArgument("normalize", "true")
        .optArgument("includeTokenTypes", "true")
        .build()
        .loadModel();
  }

  /** Fails unless the predictor's vectors are the embedder's. */
  static void compare(Path folder, Embedder embedder, List<String> texts) throws Exception {
    float[][] expected = embedder.encode(texts);
    try (ZooModel<String, float[]> model = load(folder);
        Predictor<String, float[]> predictor = model.newPredictor()) {
      for (int i = 0; i < expected.length; i++) {
        double cosine = Vectors.cosine(predictor.predict(texts.get(i)), expected[i]);
        if (!(cosine >= LEAST_COSINE)) {
          throw new IllegalArgumentException(
              "DJL's vector of text " + (i + 1) + " has a cosine of " + cosine + " with Weft's");
        }
      }
    }
  }

  @Override
  public void open(OpenContext context) throws Exception {
    ZooModel<String, float[]> loaded = load(Path.of(folder));
    model = loaded;
    predictor = loaded.newPredictor();
  }

  @Override
  public Long map(Tuple2<String, Long> offer) throws TranslateException {
    Predictor<String, float[]> opened = predictor;
    if (opened == null) {
      throw new IllegalStateException("map was called before open");
    }
    opened.predict(offer.f0);
    return offer.f1;
  }

  @Override
  public void close() {
    if (predictor != null) {
      predictor.close();
    }
    if (model != null) {
      model.close();
    }
  }
}
