# SPDX-License-Identifier: Apache-2.0
"""Writes golden/weighted_layer_pooling.json: the reference's means over the layers of random hidden states."""

from typing import Any

import golden
import torch
from sentence_transformers.sentence_transformer.modules import WeightedLayerPooling
from torch import nn

LAYERS = 5
WIDTH = 3


def case(layers: list[torch.Tensor], start: int, weighted: bool) -> dict[str, Any]:
    weights = nn.Parameter(torch.randn(LAYERS + 1 - start)) if weighted else None
    module = WeightedLayerPooling(WIDTH, num_hidden_layers=LAYERS, layer_start=start, layer_weights=weights)
    with torch.inference_mode():
        tokens = module({"all_layer_embeddings": layers})["token_embeddings"]
    return {
        "config": module.get_config_dict(),
        "weights": golden.weights(module) if weighted else {},
        "tokens": tokens.tolist(),
    }


def main() -> None:
    torch.manual_seed(17)
    layers = [torch.randn(2, 4, WIDTH) for _ in range(LAYERS + 1)]
    cases = [case(layers, start, weighted) for start in (0, 4) for weighted in (False, True)]
    golden.write("weighted_layer_pooling", {"layers": [layer.tolist() for layer in layers], "cases": cases})


if __name__ == "__main__":
    main()
