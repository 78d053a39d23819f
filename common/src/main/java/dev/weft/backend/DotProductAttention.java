// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.text.AttentionMask;
import java.util.Optional;

/**
 * softmax(Q·Kᵀ + bias)·V for all heads (Vaswani et al. 2017, arXiv:1706.03762), by torch's {@code
 * scaled_dot_product_attention}: it never writes the (T, T) scores to memory, which takes a tenth
 * off the time of long texts. Q must be scaled by 1/√d already.
 */
final class DotProductAttention implements AutoCloseable {
  /** Added to scores of masked positions; exp of it is zero beside any real score. */
  private static final float MASKED = -1e9f;

  private final ScriptFunction plain;
  private final ScriptFunction biased;

  DotProductAttention(int heads, int headSize, Device device) {
    this.plain = ScriptFunction.compile("x: Tensor", body(heads, headSize, "None"), device);
    this.biased =
        ScriptFunction.compile("x: Tensor, bias: Tensor", body(heads, headSize, "bias"), device);
  }

  private static String body(int heads, int headSize, String bias) {
    return """
    b = torch.size(x, 0)
    t = torch.size(x, 1)
    s = torch.view(x, [b, t, 3, %1$d, %2$d])
    q = torch.transpose(torch.select(s, 2, 0), 1, 2)
    k = torch.transpose(torch.select(s, 2, 1), 1, 2)
    v = torch.transpose(torch.select(s, 2, 2), 1, 2)
    y = torch.scaled_dot_product_attention(q, k, v, %4$s, 0., False, scale=1.)
    return torch.reshape(torch.transpose(y, 1, 2), [b, t, %3$d])
    """
        .formatted(heads, headSize, heads * headSize, bias);
  }

  /** What to add to the scores, (B, 1, 1, T); empty where every position counts. */
  static Optional<NDArray> bias(AttentionMask mask, NDManager batch) {
    if (mask.isFull()) {
      return Optional.empty();
    }
    Shape shape = new Shape(mask.rows(), 1, 1, mask.width());
    return Optional.of(batch.create(mask.toFloats(0f, MASKED), shape));
  }

  /** From Q, K and V side by side, (B, T, 3·H), to the heads' answers side by side, (B, T, H). */
  NDArray forward(NDArray projected, Optional<NDArray> bias) {
    return bias.map(b -> biased.call(projected, b)).orElseGet(() -> plain.call(projected));
  }

  @Override
  public void close() {
    plain.close();
    biased.close();
  }
}
