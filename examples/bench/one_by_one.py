# SPDX-License-Identifier: Apache-2.0
"""Measures how many texts a second sentence-transformers encodes one text at a time.

What: loads a model, warms it up, encodes the lines of a file one after the other, over and over,
and prints one JSON line with the rate and the time that calls took (median and 99th percentile).

Why: this is what a stream gets that calls the model for every row, without Flink around it. The
library has its own number of threads. Loading the model and reading the file are not timed.
"""

import argparse
import itertools
import json
import math
import time
from pathlib import Path

from encode import WARM_UP_TEXTS, read_texts
from sentence_transformers import SentenceTransformer


def percentile(ordered: list[float], percent: float) -> float:
    """The smallest that so many do not exceed."""
    return ordered[math.ceil(percent / 100 * len(ordered)) - 1]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times sentence-transformers a text at a time.")
    parser.add_argument("model", metavar="MODEL", help="model directory")
    parser.add_argument("texts", metavar="TEXTFILE", type=Path, help="one text a line")
    parser.add_argument("seconds", metavar="SECONDS", type=float)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    texts = read_texts(args.texts, None)
    model = SentenceTransformer(args.model, device="cpu")
    for text in texts[:WARM_UP_TEXTS]:
        model.encode([text], show_progress_bar=False)
    calls: list[float] = []
    start = before = time.perf_counter()
    for text in itertools.cycle(texts):
        model.encode([text], show_progress_bar=False)
        now = time.perf_counter()
        calls.append(1000 * (now - before))
        before = now
        if now - start >= args.seconds:
            break
    calls.sort()
    result = {"what": "python", "offered": 0, "rate": round(1000 * len(calls) / sum(calls), 1)}
    result |= {f"p{p}_ms": round(percentile(calls, p), 1) for p in (50, 99)}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
