# SPDX-License-Identifier: Apache-2.0
"""Measures how many texts a second model2vec encodes, on the table of a StaticEmbedding.

What: gives model2vec the weights and the tokenizer of a StaticEmbedding directory, and then does
what encode.py does with sentence-transformers: warm up, encode all lines of a file at each batch
size, print JSON lines, and write the first vectors on request.

Why: Weft and model2vec then look up the same rows for the same ids and can be held together.
"""

import argparse
import time
from pathlib import Path

import vectors
from model2vec import StaticModel
from process import emit, peak_rss_mb, seconds_since_start, versions
from safetensors.numpy import load_file
from texts import positive
from tokenizers import Tokenizer

WARM_UP_TEXTS = 2000


def load(directory: Path) -> StaticModel:
    module = next(path.parent for path in sorted(directory.rglob("model.safetensors")))
    table = load_file(module / "model.safetensors")["embedding.weight"]
    tokenizer = Tokenizer.from_file(str(module / "tokenizer.json"))
    model = StaticModel(table, tokenizer, normalize=False, max_length=None)
    model.unk_token_id = None  # Else it leaves out unknown words, which StaticEmbedding does not.
    return model


def encode_seconds(model: StaticModel, texts: list[str], batch: int) -> float:
    start = time.perf_counter()
    model.encode(texts, batch_size=batch)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description="Times model2vec on the CPU.")
    parser.add_argument("model", metavar="MODEL", type=Path, help="StaticEmbedding directory")
    parser.add_argument("texts", metavar="TEXTFILE", type=Path, help="one text a line")
    parser.add_argument("batches", metavar="BATCH_SIZE", type=positive, nargs="+")
    parser.add_argument("--repeat", metavar="N", type=positive, default=1, help="default 1")
    parser.add_argument("--vectors", metavar="FILE", type=Path, help="of the first texts")
    args = parser.parse_args()
    texts = args.texts.read_text(encoding="utf-8").splitlines()
    loading = time.perf_counter()
    model = load(args.model)
    seconds = time.perf_counter() - loading
    encode_seconds(model, texts[:1], 1)
    cold = seconds_since_start()
    emit("model2vec", load_seconds=seconds, cold_start_seconds=cold, versions=versions())
    encode_seconds(model, texts[:WARM_UP_TEXTS], args.batches[0])
    for batch in args.batches:
        seconds = min(encode_seconds(model, texts, batch) for _ in range(args.repeat))
        rate = round(len(texts) / seconds, 2)
        emit("model2vec", batch=batch, texts=len(texts), seconds=round(seconds, 5), rate=rate)
    if args.vectors:
        vectors.write(args.vectors, model.encode(texts[: vectors.COMPARED]).tolist())
    emit("model2vec", peak_rss_mb=round(peak_rss_mb(), 1))


if __name__ == "__main__":
    main()
