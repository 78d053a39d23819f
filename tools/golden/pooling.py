# SPDX-License-Identifier: Apache-2.0
"""Writes golden/pooling.json: what the reference's Pooling makes of random ragged rows."""

from typing import Any

import golden
import torch
from sentence_transformers.sentence_transformer.modules import Pooling

LENGTHS = [5, 2, 0, 3]
WIDTH = 5
HIDDEN = 3
MODES: list[str | list[str]] = [
    "cls",
    "max",
    "mean",
    "mean_sqrt_len_tokens",
    "weightedmean",
    "lasttoken",
    ["lasttoken", "mean", "max"],
]


def pool(tokens: torch.Tensor, mode: str | list[str], side: str, prompt_length: int) -> dict[str, Any]:
    """One case; rows without a position that counts are null, as the reference leaves no use of them."""
    positions = torch.arange(WIDTH)
    rows = [positions >= WIDTH - n if side == "left" else positions < n for n in LENGTHS]
    module = Pooling(HIDDEN, pooling_mode=mode, include_prompt=prompt_length == 0)
    features = {"token_embeddings": tokens, "attention_mask": torch.stack(rows).long()}
    if prompt_length:
        features["prompt_length"] = prompt_length
    vectors = module(features)["sentence_embedding"].tolist()
    return {
        "mode": mode if isinstance(mode, list) else [mode],
        "side": side,
        "prompt_length": prompt_length,
        "vectors": [v if n > prompt_length else None for v, n in zip(vectors, LENGTHS)],
    }


def main() -> None:
    torch.manual_seed(7)
    tokens = torch.randn(len(LENGTHS), WIDTH, HIDDEN)
    cases = [
        pool(tokens, mode, side, prompt_length)
        for mode in MODES
        for side in ("right", "left")
        for prompt_length in (0, 2)
    ]
    golden.write("pooling", {"lengths": LENGTHS, "token_embeddings": tokens.tolist(), "cases": cases})


if __name__ == "__main__":
    main()
