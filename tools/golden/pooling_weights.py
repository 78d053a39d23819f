# SPDX-License-Identifier: Apache-2.0
"""Writes golden/pooling_weights.json: what the reference's Pooling makes of rows whose words have weights.

The sums of weights are positive, negative, zero and below the clamp of 1e-9. Cases of another mask width
have a mask that does not fit the tokens, as a strided convolution leaves it.
"""

from typing import Any

import golden
import torch
from sentence_transformers.sentence_transformer.modules import Pooling

LENGTHS = [5, 2, 0, 3, 4, 1]
WEIGHTS = [2.75, -1.5, 0.0, 0.0, 5e-10, 0.3]
WIDTH = 5
HIDDEN = 3
MODES: list[list[str]] = [
    ["mean"],
    ["mean_sqrt_len_tokens"],
    ["weightedmean"],
    ["max", "weightedmean", "cls", "mean", "lasttoken"],
]


def pool(
    tokens: torch.Tensor, modes: list[str], side: str, prompt_length: int, mask_width: int, weighted: bool
) -> dict[str, Any]:
    """One case; rows without a position that counts are null, as the reference leaves no use of them."""
    positions = torch.arange(mask_width)
    rows = [positions >= mask_width - n if side == "left" else positions < n for n in LENGTHS]
    features = {"token_embeddings": tokens, "attention_mask": torch.stack(rows).long()}
    if weighted:
        features["token_weights_sum"] = torch.tensor(WEIGHTS)
    if prompt_length:
        features["prompt_length"] = prompt_length
    module = Pooling(HIDDEN, pooling_mode=modes, include_prompt=prompt_length == 0)
    vectors = module(features)["sentence_embedding"]
    counted = [WIDTH if mask_width != WIDTH else n for n in LENGTHS]
    return {
        "mode": modes,
        "side": side,
        "prompt_length": prompt_length,
        "mask_width": mask_width,
        "weighted": weighted,
        "vectors": [v.tolist() if n > prompt_length else None for v, n in zip(vectors, counted)],
    }


def main() -> None:
    torch.manual_seed(11)
    tokens = torch.randn(len(LENGTHS), WIDTH, HIDDEN)
    cases = [
        pool(tokens, modes, side, prompt_length, mask_width, weighted)
        for modes in MODES
        for side, mask_width in (("right", 5), ("left", 5), ("right", 7))
        for prompt_length in (0, 2)
        for weighted in (True, False)
        if weighted or mask_width != WIDTH
    ]
    golden.write(
        "pooling_weights",
        {"lengths": LENGTHS, "weights": WEIGHTS, "token_embeddings": tokens.tolist(), "cases": cases},
    )


if __name__ == "__main__":
    main()
