# SPDX-License-Identifier: Apache-2.0
"""Writes what the reference makes of every fourth demo sentence with the real all-MiniLM-L6-v2.

Usage: minilm.py MODEL_DIR   (sentence-transformers 6.2.0, torch on the CPU, float32)
The file is the vectors one after the other, 384 little-endian floats each.
"""

import csv
import sys
from pathlib import Path

from sentence_transformers import SentenceTransformer

ROOT = Path(__file__).resolve().parents[2]


def main(model_dir: str) -> None:
    with open(ROOT / "examples/data/sentences.csv", encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)][::4]
    vectors = SentenceTransformer(model_dir, device="cpu").encode(texts, batch_size=8)
    target = ROOT / "spark/src/test/resources/golden/minilm.f32"
    target.write_bytes(vectors.astype("<f4").tobytes())
    print(vectors.shape, target.relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1])
