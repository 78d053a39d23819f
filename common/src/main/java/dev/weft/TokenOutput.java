// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDArray;
import dev.weft.pipeline.Features;
import dev.weft.text.AttentionMask;
import java.nio.FloatBuffer;

/** Keeps the vector of every token that is not padding: {@code vectors[text][token]}. */
final class TokenOutput implements BatchOutput<TokenOutput.Hidden> {
  private final float[][][] vectors;

  TokenOutput(float[][][] vectors) {
    this.vectors = vectors;
  }

  /** The last hidden states of a batch, and which of them count. */
  record Hidden(FloatBuffer values, AttentionMask mask, int width) {}

  @Override
  public Hidden make(Features features) {
    NDArray hidden = features.get(Features.TOKEN_EMBEDDINGS);
    return new Hidden(
        VectorOutput.floats(hidden),
        features.get(Features.ATTENTION_MASK),
        (int) hidden.getShape().get(2));
  }

  @Override
  public void accept(int[] texts, int[] rows, Hidden made) {
    AttentionMask mask = made.mask();
    for (int i = 0; i < texts.length; i++) {
      float[][] text = new float[mask.length(i)][made.width()];
      made.values().position((i * mask.width() + mask.from(i)) * made.width());
      for (float[] token : text) {
        made.values().get(token);
      }
      vectors[texts[i]] = text;
    }
  }

  @Override
  public void failed(int text, TextFailure failure) {
    throw failure.exception();
  }
}
