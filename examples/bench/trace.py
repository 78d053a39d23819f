# SPDX-License-Identifier: Apache-2.0
"""Traces a BERT for DJL's own predictor: writes OUTDIR/model.pt and OUTDIR/tokenizer.json.

Why: DJL's predictor runs TorchScript files. Attention is traced as plain products: what torch
chooses by itself for a text depends on the lengths that it was traced with. The tokenizer's file
may cut and pad texts to fewer tokens than the model takes; that is taken out.
"""

import argparse
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer

NAMES = ("input_ids", "attention_mask", "token_type_ids")


class LastHiddenState(torch.nn.Module):
    """Takes the tensors in the order that DJL hands them over."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        return self.model(ids, attention_mask=mask, token_type_ids=types).last_hidden_state


def main() -> None:
    parser = argparse.ArgumentParser(description="Traces a BERT for DJL's own predictor.")
    parser.add_argument("model", metavar="MODEL_DIR", type=Path)
    parser.add_argument("outdir", metavar="OUTDIR", type=Path)
    args = parser.parse_args()
    args.outdir.mkdir(parents=True, exist_ok=True)
    model = AutoModel.from_pretrained(args.model, attn_implementation="eager").eval()
    encoded = AutoTokenizer.from_pretrained(args.model)(
        ["a text", "and a longer one, so that the first is padded"],
        padding=True,
        return_token_type_ids=True,
        return_tensors="pt",
    )
    with torch.inference_mode():
        traced = torch.jit.trace(LastHiddenState(model), tuple(encoded[name] for name in NAMES))
    traced.save(str(args.outdir / "model.pt"))
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(args.outdir / "tokenizer.json"))


if __name__ == "__main__":
    main()
