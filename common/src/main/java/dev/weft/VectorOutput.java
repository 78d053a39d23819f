// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.weft.module.Normalize;
import dev.weft.pipeline.Features;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Hands the vector of every text to a sink. */
final class VectorOutput implements BatchOutput<FloatBuffer> {
  private final int width;
  private final EncodeOptions.Scaling scaling;
  private final VectorSink sink;

  VectorOutput(int width, EncodeOptions.Scaling scaling, VectorSink sink) {
    this.width = width;
    this.scaling = scaling;
    this.sink = sink;
  }

  @Override
  public FloatBuffer make(Features features) {
    return finish(features.get(Features.SENTENCE_EMBEDDING));
  }

  /** Cuts first and scales after, so that cut vectors can be of length one. */
  FloatBuffer finish(NDArray vectors) {
    NDArray cut = vectors;
    if (width < vectors.getShape().get(1)) {
      cut = vectors.get(new NDIndex().addAllDim().addSliceDim(0, width)).duplicate();
    }
    return floats(scaling == EncodeOptions.Scaling.UNIT ? Normalize.normalize(cut) : cut);
  }

  static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  @Override
  public void accept(int[] texts, int[] rows, FloatBuffer made) {
    sink.accept(texts, width, made);
  }

  @Override
  public void cut(int text, String notice) {
    sink.cut(text, notice);
  }

  @Override
  public void failed(int text, TextFailure failure) {
    sink.failed(text, failure);
  }
}
