// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import dev.weft.pipeline.ModuleDir;
import java.util.Arrays;

/**
 * The table of a {@link StaticEmbedding}, one row a token id. Newer directories of model2vec store
 * it in parts, which are folded here: row = embeddings[mapping[id]] · weights[id].
 */
final class StaticTable {
  private static final String EMBEDDINGS = "embeddings";
  private static final String MAPPING = "mapping";
  private static final String WEIGHTS = "weights";

  /** Rows are named by float32 numbers, which are exact up to here. */
  private static final long MAX_ROWS = 1 << 24;

  private StaticTable() {}

  /** The table (V, D) as float32. */
  static NDArray read(ModuleDir dir) {
    Weights weights = dir.weights();
    String name = weights.has(StaticEmbedding.WEIGHT) ? StaticEmbedding.WEIGHT : EMBEDDINGS;
    long[] shape = weights.shape(name);
    if (shape.length != 2 || shape[0] < 1 || shape[1] < 1) {
      throw new ModelException(
          dir.label("")
              + ": tensor \""
              + name
              + "\" must have a row for each token, but has the shape "
              + Arrays.toString(shape));
    }
    NDArray stored = weights.tensor(name, shape);
    boolean mapped = name.equals(EMBEDDINGS) && weights.has(MAPPING);
    boolean weighted = name.equals(EMBEDDINGS) && weights.has(WEIGHTS);
    if (!mapped && !weighted) {
      return stored;
    }
    int[] mapping = mapped ? mapping(dir.label(""), weights, shape[0]) : identity(shape[0]);
    float[] scale = weighted ? numbers(weights, WEIGHTS, mapping.length) : new float[0];
    float[] folded = fold(dir.label(""), stored.toFloatArray(), (int) shape[1], mapping, scale);
    stored.close();
    return dir.device().create(folded, new Shape(mapping.length, shape[1]));
  }

  private static int[] mapping(String folder, Weights weights, long rows) {
    long[] shape = weights.shape(MAPPING);
    if (shape.length != 1 || rows > MAX_ROWS) {
      throw new ModelException(
          folder
              + ": tensor \"mapping\" must name one of at most "
              + MAX_ROWS
              + " rows for each token, but has the shape "
              + Arrays.toString(shape)
              + " and there are "
              + rows
              + " rows");
    }
    float[] numbers = numbers(weights, MAPPING, shape[0]);
    int[] mapping = new int[numbers.length];
    for (int id = 0; id < mapping.length; id++) {
      mapping[id] = (int) numbers[id];
      if (!(numbers[id] >= 0 && numbers[id] < rows)) {
        throw new ModelException(
            folder
                + ": tensor \"mapping\" names row "
                + mapping[id]
                + " for token "
                + id
                + ", but \"embeddings\" has "
                + rows
                + " rows");
      }
    }
    return mapping;
  }

  private static int[] identity(long rows) {
    int[] mapping = new int[Math.toIntExact(rows)];
    Arrays.setAll(mapping, id -> id);
    return mapping;
  }

  private static float[] numbers(Weights weights, String name, long length) {
    try (NDArray tensor = weights.tensor(name, length)) {
      return tensor.toFloatArray();
    }
  }

  /**
   * The rows the mapping names, times the scales where there are any.
   *
   * @param scale one number a token, or none
   */
  private static float[] fold(
      String folder, float[] embeddings, int width, int[] mapping, float[] scale) {
    long size = (long) mapping.length * width;
    if (size > Integer.MAX_VALUE - 8) {
      throw new ModelException(
          folder
              + ": a table of "
              + mapping.length
              + " tokens and width "
              + width
              + " is not supported yet");
    }
    float[] folded = new float[(int) size];
    for (int id = 0; id < mapping.length; id++) {
      System.arraycopy(embeddings, mapping[id] * width, folded, id * width, width);
      if (scale.length > 0) {
        for (int i = id * width; i < (id + 1) * width; i++) {
          folded[i] *= scale[id];
        }
      }
    }
    return folded;
  }
}
