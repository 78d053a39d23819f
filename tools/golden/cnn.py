# SPDX-License-Identifier: Apache-2.0
"""Writes golden/cnn.json: what the reference's CNN, and Pooling after it, make of random texts, each alone."""

from typing import Any

import golden
import torch
from sentence_transformers.sentence_transformer.modules import CNN, Pooling

LENGTHS = [5, 2, 8, 0, 1, 6]
WIDTH = 3
CHANNELS = 2
KERNELS: list[tuple[list[int], list[int] | None]] = [
    ([1, 3, 5], None),
    ([2, 4], None),
    ([3], [2]),
    ([1, 3, 5], [2, 2, 2]),
    ([4, 2], [3, 3]),
]


def of_text(module: CNN, tokens: torch.Tensor) -> dict[str, Any] | None:
    """Null where the text is too short for a kernel; an empty text has a batch of width one, masked."""
    length = len(tokens)
    if length == 0 or any(k > length + 2 * ((k - 1) // 2) for k in module.kernel_sizes):
        return None

    def features() -> dict[str, Any]:
        return {
            "token_embeddings": tokens.unsqueeze(0),
            "attention_mask": torch.ones(1, length, dtype=torch.long),
            "prompt_length": 1,
        }

    dimension = module.get_embedding_dimension()
    mean = Pooling(dimension, pooling_mode="mean")(module(features()))["sentence_embedding"]
    convolved = module(features())
    other = Pooling(dimension, pooling_mode=["max", "lasttoken"], include_prompt=False)
    many = convolved["token_embeddings"].shape[1] > 1
    return {
        "tokens": convolved["token_embeddings"][0].tolist(),
        "mean": mean[0].tolist(),
        "max_lasttoken_without_prompt": other(convolved)["sentence_embedding"][0].tolist() if many else None,
    }


def main() -> None:
    torch.manual_seed(19)
    texts = [torch.randn(length, WIDTH) for length in LENGTHS]
    cases = []
    for kernels, strides in KERNELS:
        module = CNN(WIDTH, CHANNELS, kernels, strides)
        with torch.inference_mode():
            outputs = [of_text(module, text) for text in texts]
        cases.append({"config": module.get_config_dict(), "weights": golden.weights(module), "texts": outputs})
    golden.write("cnn", {"texts": [text.tolist() for text in texts], "cases": cases})


if __name__ == "__main__":
    main()
