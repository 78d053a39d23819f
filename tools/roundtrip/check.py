# SPDX-License-Identifier: Apache-2.0
"""Opens models that Weft saved and compares what the installed release answers with Weft's answer.

    check.py FOLDER

FOLDER/<case>/{model, expected.json}; a case names the oldest release that reads it. Exit status 1
where a vector differs by more than 1e-4 · max(1, |value|), or where there is no case at all.
"""

import json
import sys
from pathlib import Path

import numpy as np
import sentence_transformers
from sentence_transformers import SentenceTransformer

RELEASE = tuple(int(part) for part in sentence_transformers.__version__.split(".")[:2])
TOLERANCE = 1e-4


def largest_difference(case: Path, expected: dict) -> float:
    model = SentenceTransformer(str(case / "model"), device="cpu")
    largest = 0.0
    for call in expected["calls"]:
        args = dict(call["args"])
        key = args.pop("asym_key", None)
        inputs = texts = expected["texts"]
        if key is not None and RELEASE >= (5, 0):
            args["task"] = key  # Asym is a Router there, and takes no dictionaries unless it is first.
        elif key is not None:
            inputs = [{key: text} for text in texts]
        vectors = model.encode(inputs, batch_size=expected.get("batch_size", 32), **args)
        weft = np.asarray(call["embeddings"])
        assert vectors.shape == weft.shape, f"{vectors.shape} here, {weft.shape} in Weft"
        scale = np.maximum(1, np.abs(vectors))
        largest = max(largest, float(np.max(np.abs(vectors - weft) / scale)))
    return largest


def main() -> int:
    cases = sorted(path.parent for path in Path(sys.argv[1]).glob("*/expected.json"))
    compared, failed, worst = 0, [], 0.0
    for case in cases:
        expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
        if RELEASE < tuple(expected["since"]):
            continue
        compared += 1
        try:
            difference = largest_difference(case, expected)
        except Exception as e:  # Whatever it is, the other cases are worth a look as well.
            failed.append(f"{case.name}: {type(e).__name__}: {e}")
            continue
        worst = max(worst, difference)
        if not difference <= TOLERANCE:
            failed.append(f"{case.name}: differs by {difference:.2e}")
    for line in failed:
        print(line, file=sys.stderr)
    print(
        f"round trip: sentence-transformers {sentence_transformers.__version__} reads {compared} models"
        f" saved by Weft, {len(failed)} fail, largest difference {worst:.1e}"
    )
    return 1 if failed or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
