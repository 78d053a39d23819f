# SPDX-License-Identifier: Apache-2.0
"""Writes golden/activations.json: torch's activation functions with the defaults of their constructors."""

import golden
import torch
from torch import nn

FUNCTIONS: list[type[nn.Module]] = [
    nn.CELU,
    nn.ELU,
    nn.GELU,
    nn.GLU,
    nn.Hardshrink,
    nn.Hardsigmoid,
    nn.Hardswish,
    nn.Hardtanh,
    nn.Identity,
    nn.LeakyReLU,
    nn.LogSigmoid,
    nn.LogSoftmax,
    nn.Mish,
    nn.PReLU,
    nn.RReLU,
    nn.ReLU,
    nn.ReLU6,
    nn.SELU,
    nn.SiLU,
    nn.Sigmoid,
    nn.Softmax,
    nn.Softmin,
    nn.Softplus,
    nn.Softshrink,
    nn.Softsign,
    nn.Tanh,
    nn.Tanhshrink,
]


def main() -> None:
    torch.manual_seed(11)
    x = torch.rand(2, 6) * 8 - 4
    x[0, 1], x[1, 4] = 0.3, -0.2  # within the flat middle of the shrinking functions
    tokens = torch.rand(2, 3, 4) * 8 - 4
    with torch.inference_mode():
        outputs = {f.__name__: f().eval()(x).tolist() for f in FUNCTIONS}
        of_tokens = {f.__name__: f().eval()(tokens).tolist() for f in (nn.Softmax, nn.LogSoftmax, nn.GLU)}
    content = {"input": x.tolist(), "outputs": outputs}
    golden.write("activations", content | {"tokens": tokens.tolist(), "of_tokens": of_tokens})


if __name__ == "__main__":
    main()
