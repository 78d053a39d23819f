# SPDX-License-Identifier: Apache-2.0
"""Writes golden/word_vectors.json: what the reference's WordEmbeddings.from_text_file makes of small files."""

import logging
import tempfile
from pathlib import Path
from typing import Any

import golden
import numpy as np
from sentence_transformers.sentence_transformer.modules import WordEmbeddings

FILES: list[dict[str, Any]] = [
    {"name": "glove", "text": "the 0.418 0.24968 -0.41242\n, 0.013441 0.23682 -1e-05\nthe 1 2 3\n"},
    {"name": "word2vec header", "text": "3 2\nthe 0.1 -0.2 \n</s> 1E3 +.5\t\nx 5. 0.30000001192092896\n"},
    {"name": "two headers", "text": "3 2\nagain 7\nthe 1 2\nx 3\ny 4 5 6\n\nz 7 8"},
    {"name": "line ends", "text": "a 1 2\r\nb 3 4\rc 5 6\n\rd 7 8\u2028\u00a0\n"},
    {"name": "words with spaces", "text": "a 1 2\n. . 3 4\nb  5 6\n 7 8\n\u00a0 9 10\n"},
    {"name": "tabs", "text": "new york\t1\t2\nb\t3\t 4 \n", "item_separator": "\t"},
    {"name": "long separator", "text": "a, 1, 2\nb,3, 4, 5\nc, 6,7\n", "item_separator": ", "},
    {"name": "commas", "text": "a,1,2\nb,3,6\nc,4\n\nd,7,8", "item_separator": ","},
    {"name": "limit 2", "text": "9 2\na 1 2\nx 1\nb 3 4\nc 5 6\nd not read\n", "max_vocab_size": 2},
    {"name": "limit 1", "text": "a 1 2\nb not read\n", "max_vocab_size": 1},
    {"name": "limit above", "text": "a 1 2\nb 3 4\n", "max_vocab_size": 7},
    {"name": "numbers", "text": "a 1_000.5 ٣.٥ 0.1234567890123456789 123456789012345678 -0 1e-320 4.9E-46 3.4028236e38\n"},
    {"name": "more numbers", "text": "a .1 0.000000000000000000000001 16777217 1.00000017881393432617187499 1e22 1e23 -1e-45 .0\n"},
    {"name": "near halves", "text": "a 0.758384853601455688 3.83517253398895264 -0.224684722721576718 1.96790081262588523\n"},
    {"name": "unicode", "text": "naïve 1 2\n日本語 3 4\n😀 5 6\n\ufeffx 7 8\n"},
]  # fmt: skip


def case(file: dict[str, Any]) -> dict[str, Any]:
    options = {key: value for key, value in file.items() if key not in ("name", "text")}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.txt"
        path.write_bytes(file["text"].encode())
        module = WordEmbeddings.from_text_file(str(path), **options)
    weights = module.emb_layer.weight.detach().numpy()
    assert weights.dtype == np.float32
    return {
        "item_separator": " ",
        "max_vocab_size": 0,
        **file,
        "vocab": module.tokenizer.get_vocab(),
        "dimension": weights.shape[1],
        "bits": weights.view(np.int32).flatten().tolist(),
    }


def main() -> None:
    logging.disable(logging.ERROR)
    golden.write("word_vectors", {"files": [case(file) for file in FILES]})


if __name__ == "__main__":
    main()
