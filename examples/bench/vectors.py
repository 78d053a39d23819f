# SPDX-License-Identifier: Apache-2.0
"""Vectors in files of little-endian float32, row after row, and how far two sides' are apart.

Without numpy, because the Python that runs the benchmarks need not have it.
"""

import array
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

COMPARED = 50


def write(path: Path, rows: Iterable[Iterable[float]]) -> None:
    values = array.array("f", (float(value) for row in rows for value in row))
    if sys.byteorder == "big":
        values.byteswap()
    path.write_bytes(values.tobytes())


def read(path: Path, rows: int) -> Iterator[Sequence[float]]:
    values = array.array("f", path.read_bytes())
    if sys.byteorder == "big":
        values.byteswap()
    width, rest = divmod(len(values), rows)
    if rest or not width:
        raise SystemExit(f"vectors.py: {path} holds {len(values)} numbers, not {rows} vectors")
    return (values[row * width : (row + 1) * width] for row in range(rows))


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    lengths = math.hypot(*a) * math.hypot(*b)
    return sum(x * y for x, y in zip(a, b, strict=True)) / lengths if lengths else float(a == b)


def least_cosine(one: Path, other: Path, rows: int) -> float:
    return min(map(cosine, read(one, rows), read(other, rows)))
