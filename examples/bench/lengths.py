# SPDX-License-Identifier: Apache-2.0
"""Prints how many tokens each line of some files has for a model, as one JSON object.

Why: tokens a second and operations a token are to be the same numbers for all sides, so they are
counted once, by Hugging Face's own library, and not by the sides.
"""

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer


def main() -> None:
    tokenizer_json, *files = sys.argv[1:]
    tokenizer = Tokenizer.from_file(tokenizer_json)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    counted = {}
    for file in map(Path, files):
        texts = file.read_text(encoding="utf-8").splitlines()
        counted[file.stem] = [len(row.ids) for row in tokenizer.encode_batch(texts)]
    print(json.dumps({"what": "lengths", "sets": counted}))


if __name__ == "__main__":
    main()
