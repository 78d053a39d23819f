// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv1d;

/**
 * The first layer of DeBERTa v2 with a convolution over the embeddings beside it, norm(layer(x) +
 * act(conv(x))). Masked positions of x are zero, as is what lies beyond the text.
 */
record DebertaConvolution(
    LayeredEncoder.Layer layer,
    NDArray weight,
    NDArray bias,
    int groups,
    HiddenAct activation,
    Norm norm)
    implements LayeredEncoder.Layer {

  static DebertaConvolution load(
      Config config, Names names, int hidden, LayeredEncoder.Layer layer) {
    Names part = names.in("encoder.conv.");
    int kernel = config.positive(3, "conv_kernel_size");
    int groups = config.positive(1, "conv_groups");
    config.check(
        kernel % 2 == 1, "conv_kernel_size " + kernel + " is not supported; supported: odd sizes");
    config.check(
        hidden % groups == 0,
        "hidden_size " + hidden + " is not a multiple of conv_groups " + groups);
    return new DebertaConvolution(
        layer,
        part.tensor("conv.weight", hidden, hidden / groups, kernel),
        part.tensor("conv.bias", hidden),
        groups,
        config.activation("tanh", "conv_act"),
        LayerNorm.load(part, "LayerNorm", hidden, config.number(1e-7, "layer_norm_eps")));
  }

  @Override
  public NDArray forward(NDArray x, Relations relations) {
    long kernel = weight.getShape().get(2);
    try (NDArray answer = layer.forward(x, relations);
        NDArray turned = x.transpose(0, 2, 1);
        NDArray wide =
            Conv1d.conv1d(
                    turned,
                    weight,
                    bias,
                    new Shape(1),
                    new Shape((kernel - 1) / 2),
                    new Shape(1),
                    groups)
                .singletonOrThrow();
        NDArray back = wide.transpose(0, 2, 1);
        NDArray active = activation.apply(back)) {
      return norm.apply(answer.addi(active));
    }
  }
}
