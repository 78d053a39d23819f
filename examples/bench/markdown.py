# SPDX-License-Identifier: Apache-2.0
"""The results of `bench all` as a page of Markdown tables."""

from collections.abc import Iterable
from typing import Any

Spread = dict[str, float]


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def three(spread: Spread | None, digits: int = 1, factor: float = 1) -> list[str]:
    """The cells of the least, the middle and the greatest."""
    names = ("min", "median", "max")
    return [number(spread[name] * factor, digits) if spread else "" for name in names]


def middle(spread: Spread | None, digits: int = 1, factor: float = 1) -> str:
    return three(spread, digits, factor)[1]


def met(row: dict[str, Any], digits: int, factor: float = 1) -> list[str]:
    if row["target"] is None:
        return ["", ""]
    return [number(row["target"] * factor, digits), "met" if row["met"] else "**missed**"]


def rates(rows: list[dict[str, Any]]) -> str:
    head = ["side", "batch", "texts / s, least", "middle", "most", "tokens / s", "% of peak"]
    head += ["memory, MiB", "load, s", "cold start, s"]
    cells = [
        [
            row["side"],
            str(row["batch"] or ""),
            *three(row["rate"]),
            middle(row["tokens_per_second"], 0),
            middle(row["share_of_peak"], 0, 100),
            number(row["memory_mb"], 0),
            middle(row["load_seconds"], 2),
            middle(row["cold_start_seconds"], 2),
        ]
        for row in rows
    ]
    return table(head, cells)


def ratios(found: list[dict[str, Any]]) -> str:
    head = ["set", "peer", "Weft / peer, least", "middle", "most", "target", "", "the peer's best"]
    return table(
        head,
        [
            [row["set"], row["peer"], *three(row, 2), *met(row, 2), "; ".join(row["best"])]
            for row in found
        ],
    )


def shares(found: list[dict[str, Any]]) -> str:
    head = ["set", "side", "% of peak, least", "middle", "most", "target", ""]
    rows = ([row["set"], row["side"], *three(row, 0, 100), *met(row, 0, 100)] for row in found)
    return table(head, rows)


def cosines(found: list[dict[str, Any]]) -> str:
    rows = ([row["set"], row["side"], row["like"], f"{row['least']:.7f}"] for row in found)
    return table(["set", "side", "beside", "least cosine"], rows)


def described(sets: dict[str, dict[str, Any]]) -> str:
    head = ["set", "texts", "distinct", "tokens a text", "longest"]
    rows = (
        [name, str(a["texts"]), str(a["distinct"]), number(a["tokens"] / a["texts"]), str(a["longest"])]
        for name, a in sets.items()
    )
    return table(head, rows)


def page(result: dict[str, Any]) -> str:
    head = ["product", "GFLOP / s of all cores, least", "middle", "most"]
    peaks = table(head, ([name, *three(value, 0)] for name, value in result["peaks"].items()))
    parts = ["# bench all", result["machine"], f"{result['rounds']} rounds, model {result['model']}."]
    parts += ["## Texts", described(result["sets"]), "## Ratios", ratios(result["ratios"])]
    parts += ["## Share of the peak", shares(result["shares"]), peaks]
    for name in result["sets"]:
        rows = [row for row in result["rows"] if row["set"] == name]
        parts += [f"## Rates, {name}", rates(rows), f"![rates of {name}](rates-{name}.svg)"]
    parts += ["## Vectors", cosines(result["cosines"]), "## Versions"]
    versions = result["versions"].items()
    parts += [table(["side", "libraries"], ([side, ", ".join(of)] for side, of in versions))]
    return "\n\n".join(parts) + "\n"
