# SPDX-License-Identifier: Apache-2.0
"""What the lines of `bench all` say together: rates, shares of the peak, ratios and targets.

What: lines come with the number of their round, their set and their side. A row is a side on a set
at a batch size, with the least, the middle and the greatest of its numbers over the rounds.

Why: ratios and shares are made within a round and only then compared over rounds, because a machine
that others use is slower in one round than in the next, and then for all sides.
"""

import statistics
from collections.abc import Callable, Iterable
from typing import Any

from running import Line
from sides import Side

RATIOS = {"python": 1.5, "pyspark": 1.3, "openvino": 1.1, "onnx": 1.1, "langchain4j": 1.0}
SHARES = {"short": 0.75, "mixed": 0.75, "long": 0.6}

Sets = dict[str, dict[str, Any]]


def spread(values: Iterable[float]) -> dict[str, float] | None:
    """None for no values."""
    known = sorted(values)
    if not known:
        return None
    middle = statistics.median(known)
    return {"min": known[0], "median": middle, "max": known[-1]}


def of(lines: list[Line], **keys: object) -> list[Line]:
    return [line for line in lines if all(line.get(key) == value for key, value in keys.items())]


def values(lines: list[Line], *names: str) -> list[float]:
    return [line[name] for line in lines for name in names if name in line]


def peaks(lines: list[Line]) -> dict[int, float]:
    """The most operations a second, in GFLOP/s, by round."""
    rounds = {line["round"] for line in of(lines, what="peak")}
    return {number: max(values(of(lines, what="peak", round=number), "gflops")) for number in rounds}


def rows(lines: list[Line], sides: list[Side], sets: Sets) -> list[dict[str, Any]]:
    most = peaks(lines)
    made = []
    for name in sets:
        for side in sides:
            own = of(lines, set=name, side=side.name)
            rated = [line for line in own if "rate" in line]
            for batch in dict.fromkeys(line.get("batch") for line in rated):
                made.append(row(side, name, batch, of(rated, batch=batch), own, sets[name], most))
    return made


def row(
    side: Side,
    name: str,
    batch: int | None,
    rated: list[Line],
    own: list[Line],
    texts: dict[str, Any],
    most: dict[int, float],
) -> dict[str, Any]:
    tokens = texts["tokens"] / texts["texts"]
    work = 0 if side.like == "weft, static" else texts["gflop"] / texts["texts"]
    shares = [line["rate"] * work / most[line["round"]] for line in rated if work and most]
    # A tree of processes knows its own memory better than whoever waits for the first of them.
    memory = values(own, "peak_mb") or values(own, "max_rss_mb")
    return {
        "set": name,
        "side": side.name,
        "batch": batch,
        "texts": texts["texts"],
        "rounds": len(rated),
        "rate": spread(values(rated, "rate")),
        "tokens_per_second": spread(rate * tokens for rate in values(rated, "rate")),
        "share_of_peak": spread(shares),
        "memory_mb": max(memory, default=None),
        "load_seconds": spread(values(own, "load_seconds")),
        "cold_start_seconds": spread(values(own, "cold_start_seconds")),
    }


def best(lines: list[Line], name: str, number: int, wanted: Callable[[str], bool]) -> Line | None:
    """The fastest line of some sides on a set in a round."""
    own = [line for line in of(lines, set=name, round=number) if wanted(line["side"])]
    return max((line for line in own if "rate" in line), key=lambda line: line["rate"], default=None)


def ratios(lines: list[Line], sides: list[Side], sets: Sets) -> list[dict[str, Any]]:
    """Weft's rate by that of the best side of each peer."""
    made = []
    for name in sets:
        for peer in dict.fromkeys(side.peer for side in sides if side.peer):
            ways = {side.name for side in sides if side.peer == peer}
            against = next(side.against for side in sides if side.peer == peer)
            pairs = [
                (best(lines, name, number, against.__eq__), best(lines, name, number, ways.__contains__))
                for number in sorted({line["round"] for line in lines})
            ]
            both = [(weft, other) for weft, other in pairs if weft and other]
            if both:
                made.append(ratio(name, peer, both))
    return made


def ratio(name: str, peer: str, both: list[tuple[Line, Line]]) -> dict[str, Any]:
    made = spread(weft["rate"] / other["rate"] for weft, other in both)
    ways = [label(other["side"], other.get("batch")) for _, other in both]
    target = RATIOS.get(peer)
    return {"set": name, "peer": peer, "best": list(dict.fromkeys(ways)), **verdict(made, target)}


def label(side: str, batch: int | None) -> str:
    """A side at a batch size, which some are named after."""
    return side if batch is None or side.endswith(f" {batch}") else f"{side}, batch {batch}"


def shares(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Weft's part of what the machine's matrix products make."""
    return [
        {"set": row["set"], "side": row["side"], **verdict(row["share_of_peak"], target)}
        for row in made
        for target in [SHARES.get(row["set"]) if row["side"] == "weft" else None]
        if row["side"].startswith("weft") and row["share_of_peak"]
    ]


def verdict(made: dict[str, float] | None, target: float | None) -> dict[str, Any]:
    """The middle of the rounds decides."""
    assert made is not None
    return {**made, "target": target, "met": None if target is None else made["median"] >= target}
