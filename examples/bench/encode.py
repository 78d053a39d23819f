# SPDX-License-Identifier: Apache-2.0
"""Measures how many texts a second sentence-transformers encodes on the CPU.

What: loads a model, warms it up, encodes all lines of a file at each batch size asked for, and
prints one JSON line for each (the best of the repetitions), then one with the peak memory in MiB.

Why: this is the side Weft is compared with in examples/bench/encode. It calls the library as its
users do, with the library's own thread count, and is given several batch sizes so that the
comparison is with its best one. Loading the model and reading the file are not timed.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from sentence_transformers import SentenceTransformer
from texts import positive

WARM_UP_TEXTS = 200


def read_texts(path: Path, limit: int | None) -> list[str]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.strip()][:limit]


def encode_seconds(model: SentenceTransformer, texts: list[str], batch: int) -> float:
    start = time.perf_counter()
    model.encode(texts, batch_size=batch, show_progress_bar=False)
    return time.perf_counter() - start


def peak_rss_mb() -> float:
    """The largest resident set of this process so far, in MiB."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass  # not Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def emit(**values: object) -> None:
    print(json.dumps({"what": "python", **values}), flush=True)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times sentence-transformers on the CPU.")
    parser.add_argument("model", metavar="MODEL", help="model directory")
    parser.add_argument("texts", metavar="TEXTFILE", type=Path, help="one text a line")
    parser.add_argument("batches", metavar="BATCH_SIZE", type=positive, nargs="+")
    parser.add_argument("--backend", metavar="NAME", default="torch", help="default torch")
    parser.add_argument("--repeat", metavar="N", type=positive, default=2, help="default 2")
    parser.add_argument("--limit", metavar="N", type=positive, help="only the first N texts")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    texts = read_texts(args.texts, args.limit)
    if not texts:
        raise SystemExit(f"encode.py: no text in {args.texts}")
    model = SentenceTransformer(args.model, device="cpu", backend=args.backend)
    encode_seconds(model, texts[:WARM_UP_TEXTS], args.batches[0])
    for batch in args.batches:
        seconds = min(encode_seconds(model, texts, batch) for _ in range(args.repeat))
        rate = round(len(texts) / seconds, 1)
        emit(batch=batch, texts=len(texts), seconds=round(seconds, 4), rate=rate)
    emit(peak_rss_mb=round(peak_rss_mb(), 1))


if __name__ == "__main__":
    main()
