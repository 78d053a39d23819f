# SPDX-License-Identifier: Apache-2.0
"""Makes the models of the static benchmark: random weights, no transformer, a real tokenizer.

What: writes one model directory a name into OUTDIR, each with sentence-transformers itself, around
the tokenizer of TOKENIZER_DIR. To add a model: a function here and its name in MODELS.

Why: such models are so cheap that tokenising, batching and copying decide the rate, and for the
rate it does not matter what the weights are; so nothing has to be downloaded.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    BoW,
    Pooling,
    StaticEmbedding,
    WordEmbeddings,
)
from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer
from tokenizers import Tokenizer

WIDTH = 256
SEED = 5


def static(tokenizer: Path) -> SentenceTransformer:
    whole = Tokenizer.from_file(str(tokenizer))
    whole.no_truncation()
    module = StaticEmbedding(whole, embedding_dim=WIDTH)
    return SentenceTransformer(modules=[module], device="cpu")


def whole_words(tokenizer: Path) -> list[str]:
    """Words of the vocabulary in its order, which is about that of how often they are used."""
    ids = Tokenizer.from_file(str(tokenizer)).get_vocab()
    return [word for word in sorted(ids, key=ids.__getitem__) if word.isalpha()]


def words(tokenizer: Path) -> SentenceTransformer:
    vocab = ["PADDING_TOKEN", *whole_words(tokenizer)]
    table = torch.randn(len(vocab), WIDTH)
    embeddings = WordEmbeddings(WhitespaceTokenizer(vocab, stop_words=[]), table)
    return SentenceTransformer(modules=[embeddings, Pooling(WIDTH, "mean")], device="cpu")


def bow(tokenizer: Path) -> SentenceTransformer:
    return SentenceTransformer(modules=[BoW(whole_words(tokenizer)[:3000])], device="cpu")


MODELS: dict[str, Callable[[Path], SentenceTransformer]] = {
    "static": static,
    "words": words,
    "bow": bow,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the models of the static benchmark.")
    parser.add_argument("outdir", metavar="OUTDIR", type=Path)
    parser.add_argument("tokenizer", metavar="TOKENIZER_DIR", type=Path)
    args = parser.parse_args()
    for name, make in MODELS.items():
        torch.manual_seed(SEED)
        make(args.tokenizer / "tokenizer.json").save(str(args.outdir / name))


if __name__ == "__main__":
    main()
