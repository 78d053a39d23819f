# SPDX-License-Identifier: Apache-2.0
"""Writes golden/lstm.json: what the reference's LSTM makes of a random ragged batch, an empty text in it."""

from typing import Any

import golden
import torch
from sentence_transformers.sentence_transformer.modules import LSTM

LENGTHS = [3, 0, 6, 1, 6]
WIDTH = 3
HIDDEN = 2


def case(tokens: torch.Tensor, layers: int, bidirectional: bool, dropout: float) -> dict[str, Any]:
    module = LSTM(WIDTH, HIDDEN, num_layers=layers, dropout=dropout, bidirectional=bidirectional).eval()
    features = {"token_embeddings": tokens, "sentence_lengths": torch.tensor(LENGTHS)}
    with torch.inference_mode():
        outputs = module(features)["token_embeddings"]
    return {"config": module.get_config_dict(), "weights": golden.weights(module), "tokens": outputs.tolist()}


def main() -> None:
    torch.manual_seed(23)
    tokens = torch.randn(len(LENGTHS), max(LENGTHS), WIDTH)
    cases = [case(tokens, 1, False, 0), case(tokens, 1, True, 0), case(tokens, 2, False, 0.3), case(tokens, 3, True, 0)]
    golden.write("lstm", {"lengths": LENGTHS, "tokens": tokens.tolist(), "cases": cases})


if __name__ == "__main__":
    main()
