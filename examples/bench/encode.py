# SPDX-License-Identifier: Apache-2.0
"""Measures how many texts a second sentence-transformers encodes on the CPU.

What: loads a model, warms it up, encodes all lines of a file at each batch size asked for, and
prints one JSON line for each (the best of the repetitions), between one of how long the start took
and one of the peak memory in MiB. On request it writes the vectors of the first texts.

Why: this is the side Weft is compared with in examples/bench/encode. It calls the library as its
users do, with the library's own thread count, and is given several batch sizes so that the
comparison is with its best one. Loading the model and reading the file are not timed.
"""

import argparse
import time
from pathlib import Path

import vectors
from process import emit, peak_rss_mb, seconds_since_start, versions
from sentence_transformers import SentenceTransformer
from texts import positive

WARM_UP_TEXTS = 2000


def read_texts(path: Path, limit: int | None) -> list[str]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.strip()][:limit]


def encode_seconds(model: SentenceTransformer, texts: list[str], batch: int) -> float:
    start = time.perf_counter()
    model.encode(texts, batch_size=batch, show_progress_bar=False)
    return time.perf_counter() - start


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times sentence-transformers on the CPU.")
    parser.add_argument("model", metavar="MODEL", help="model directory")
    parser.add_argument("texts", metavar="TEXTFILE", type=Path, help="one text a line")
    parser.add_argument("batches", metavar="BATCH_SIZE", type=positive, nargs="+")
    parser.add_argument("--backend", metavar="NAME", default="torch", help="default torch")
    parser.add_argument("--repeat", metavar="N", type=positive, default=2, help="default 2")
    parser.add_argument("--limit", metavar="N", type=positive, help="only the first N texts")
    parser.add_argument("--vectors", metavar="FILE", type=Path, help="of the first texts")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    texts = read_texts(args.texts, args.limit)
    if not texts:
        raise SystemExit(f"encode.py: no text in {args.texts}")
    loading = time.perf_counter()
    model = SentenceTransformer(args.model, device="cpu", backend=args.backend)
    load = time.perf_counter() - loading
    encode_seconds(model, texts[:1], 1)
    emit("python", load_seconds=load, cold_start_seconds=seconds_since_start(), versions=versions())
    encode_seconds(model, texts[:WARM_UP_TEXTS], args.batches[0])
    for batch in args.batches:
        seconds = min(encode_seconds(model, texts, batch) for _ in range(args.repeat))
        rate = round(len(texts) / seconds, 2)
        emit("python", batch=batch, texts=len(texts), seconds=round(seconds, 4), rate=rate)
    if args.vectors:
        compared = texts[: vectors.COMPARED]
        vectors.write(args.vectors, model.encode(compared, show_progress_bar=False).tolist())
    emit("python", peak_rss_mb=round(peak_rss_mb(), 1))


if __name__ == "__main__":
    main()
