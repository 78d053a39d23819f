# SPDX-License-Identifier: Apache-2.0
"""Writes golden/layer_norm.json: the reference's LayerNorm on random rows, one of them zero."""

import golden
import torch
from sentence_transformers.sentence_transformer.modules import LayerNorm

WIDTH = 5


def main() -> None:
    torch.manual_seed(13)
    module = LayerNorm(WIDTH)
    rows = torch.randn(4, WIDTH) * torch.tensor([[1.0], [300.0], [0.0], [0.001]])
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_()
        vectors = module({"sentence_embedding": rows})["sentence_embedding"]
    golden.write(
        "layer_norm",
        {
            "config": module.get_config_dict(),
            "weights": golden.weights(module),
            "rows": rows.tolist(),
            "vectors": vectors.tolist(),
        },
    )


if __name__ == "__main__":
    main()
