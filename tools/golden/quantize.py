# SPDX-License-Identifier: Apache-2.0
"""Writes golden/quantize.json: the codes of the reference's quantize_embeddings."""

import golden
import numpy as np
from sentence_transformers.util.quantization import quantize_embeddings

ROWS = 9
WIDTH = 12  # not a multiple of eight


def main() -> None:
    random = np.random.default_rng(13)
    vectors = random.normal(size=(ROWS, WIDTH)).astype(np.float32)
    vectors[:, 5] = 0.25  # never varies
    vectors[2, 1] = 0.0  # not above zero
    own = np.stack([vectors.min(axis=0), vectors.max(axis=0)])
    narrow = np.stack([np.full(WIDTH, -0.5), np.linspace(-0.5, 1.5, WIDTH)]).astype(np.float32)
    scalar = [
        {
            "precision": precision,
            "min": ranges[0].tolist(),
            "max": ranges[1].tolist(),
            "codes": quantize_embeddings(vectors, precision=precision, ranges=ranges).tolist(),
        }
        for precision in ("int8", "uint8")
        for ranges in (own, narrow)
    ]
    binary = [
        {"precision": precision, "codes": quantize_embeddings(vectors, precision=precision).tolist()}
        for precision in ("binary", "ubinary")
    ]
    golden.write("quantize", {"vectors": vectors.tolist(), "scalar": scalar, "binary": binary})


if __name__ == "__main__":
    main()
