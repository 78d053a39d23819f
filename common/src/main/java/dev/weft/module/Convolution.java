// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv1d;

/**
 * One kernel.
 *
 * @param weight (out, in, k)
 * @param bias (out)
 */
record Convolution(NDArray weight, NDArray bias, int stride) {
  private int kernel() {
    return (int) weight.getShape().get(2);
  }

  private int padding() {
    return (kernel() - 1) / 2;
  }

  /** How many positions it makes of a text; none if the text is too short. */
  int length(int tokens) {
    long room = tokens + 2L * padding() - kernel();
    return tokens == 0 || room < 0 ? 0 : (int) (room / stride) + 1;
  }

  /** From (B, in, T) to (B, T′, out), cut to the first {@code width} positions. */
  NDArray forward(NDArray channels, int width) {
    Shape one = new Shape(1);
    try (NDArray y =
        Conv1d.conv1d(channels, weight, bias, new Shape(stride), new Shape(padding()), one, 1)
            .singletonOrThrow()) {
      if (y.getShape().get(2) == width) {
        return y.transpose(0, 2, 1);
      }
      try (NDArray cut = y.get(":, :, 0:" + width)) {
        return cut.transpose(0, 2, 1);
      }
    }
  }
}
