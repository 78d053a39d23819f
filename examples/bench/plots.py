# SPDX-License-Identifier: Apache-2.0
"""Draws the results of `bench all` and `bench scaling` as SVG, beside the file they are in.

Usage: plots.py FILE.json. Of `bench all` a picture for each set, with a bar for each side at its
best batch size: as long as the middle of the rounds, with a line from the least to the most. Of
`bench scaling` a picture for each series, with the rate on the left and the memory on the right.
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
# The same bytes for the same results.
matplotlib.rcParams["svg.hashsalt"] = "weft"

from matplotlib import pyplot  # noqa: E402
from results import label  # noqa: E402

WEFT, OTHERS = "#1b6ca8", "#b0b7bf"


def best_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    best: dict[str, dict[str, Any]] = {}
    for row in rows:
        known = best.get(row["side"])
        if known is None or row["rate"]["median"] > known["rate"]["median"]:
            best[row["side"]] = row
    return list(best.values())


def save(figure: Any, file: Path) -> None:
    figure.savefig(file, bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)


def bars(name: str, rows: list[dict[str, Any]], file: Path) -> None:
    """Static models, which are faster by far, are left to the table."""
    rows = [row for row in best_rows(rows) if row["share_of_peak"] or "static" not in row["side"]]
    rows = [row for row in rows if row["side"] != "model2vec"][::-1]
    if not rows:
        return
    middles = [row["rate"]["median"] for row in rows]
    below = [row["rate"]["median"] - row["rate"]["min"] for row in rows]
    above = [row["rate"]["max"] - row["rate"]["median"] for row in rows]
    colours = [WEFT if row["side"].startswith("weft") else OTHERS for row in rows]
    figure, axes = pyplot.subplots(figsize=(7, 0.5 + 0.35 * len(rows)))
    axes.barh([label(row["side"], row["batch"]) for row in rows], middles, xerr=[below, above], color=colours, capsize=2)
    axes.set_xlabel(f"texts a second, {name}")
    axes.spines[["top", "right"]].set_visible(False)
    save(figure, file)


def lines(series: str, points: list[dict[str, Any]], file: Path) -> None:
    figure, sides = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for axes, value, name in zip(sides, ("rate", "memory_mb"), ("texts a second", "memory, MiB")):
        for kind in dict.fromkeys(point["kind"] for point in points):
            own = [point for point in points if point["kind"] == kind]
            axes.plot([p["x"] for p in own], [p[value] for p in own], marker="o", label=kind)
        axes.set_xlabel(series)
        axes.set_ylabel(name)
        axes.set_ylim(bottom=0)
        if series != "workers":
            axes.set_xscale("log")
        axes.spines[["top", "right"]].set_visible(False)
    sides[0].legend(frameon=False)
    save(figure, file)


def main() -> None:
    file = Path(sys.argv[1])
    result = json.loads(file.read_text(encoding="utf-8"))
    for name in result.get("sets", {}):
        rows = [row for row in result["rows"] if row["set"] == name]
        bars(name, rows, file.with_name(f"rates-{name}.svg"))
    points = result.get("points", [])
    for series in dict.fromkeys(point["series"] for point in points):
        own = [point for point in points if point["series"] == series]
        lines(series, own, file.with_name(f"scaling-{series.replace(' ', '-')}.svg"))


if __name__ == "__main__":
    main()
