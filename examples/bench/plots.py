# SPDX-License-Identifier: Apache-2.0
"""Draws the results of `bench all` as SVG: a bar for each side, a picture for each set.

Usage: plots.py DIR, with results.json in it. A bar is as long as the middle of the rounds, with a
line from the least to the most; of each side the best batch size is drawn.
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


def main() -> None:
    directory = Path(sys.argv[1])
    result = json.loads((directory / "results.json").read_text(encoding="utf-8"))
    for name in result["sets"]:
        rows = [row for row in result["rows"] if row["set"] == name]
        bars(name, rows, directory / f"rates-{name}.svg")


if __name__ == "__main__":
    main()
