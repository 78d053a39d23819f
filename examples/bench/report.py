# SPDX-License-Identifier: Apache-2.0
"""Prints the result of examples/bench/encode as a small table.

What: reads the JSON lines both sides printed, one file a row (a text set, or MODEL-SET), takes the
best rate of each side over all rounds and the highest memory, and adds the machine, its load
before and the date.

Why: a rate says something only beside the other side's rate on the same texts and machine, so
this refuses to print a table where a side is missing or encoded another number of texts.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Line = dict[str, Any]
SIDES = {"python": "sentence-transformers", "weft": "Weft"}


def parse(line: str) -> Line | None:
    """The JSON object in a line; None for whatever else a tool prints."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "what" in value else None


def parse_all(text: str) -> Iterator[Line]:
    """The JSON objects among the lines of a text."""
    parsed = (parse(line) for line in text.splitlines())
    return (line for line in parsed if line is not None)


def read(path: Path) -> list[Line]:
    return list(parse_all(path.read_text(encoding="utf-8")))


def best(lines: list[Line], side: str, texts: int, name: str) -> Line:
    rated = [line for line in lines if line["what"] == side and "rate" in line]
    said = SIDES.get(side, side)
    if not rated:
        raise SystemExit(f"report.py: {said} printed no rate for {name}")
    for line in rated:
        if line.get("texts") != texts:
            count = f"{line.get('texts')} of {texts} texts"
            raise SystemExit(f"report.py: {said} encoded {count} of {name}")
    return max(rated, key=lambda line: line["rate"])


def row(name: str, texts: int, lines: list[Line]) -> list[str]:
    python, weft = (best(lines, side, texts, name) for side in SIDES)
    python_rate = f"{python['rate']:.1f}/s (batch {python['batch']})"
    ratio = f"{weft['rate'] / python['rate']:.2f}"
    return [name, str(texts), python_rate, f"{weft['rate']:.1f}/s", ratio]


def table(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(aligned(cells, widths) for cells in rows)


def aligned(cells: list[str], widths: list[int]) -> str:
    first = cells[0].ljust(widths[0])
    return "  ".join([first, *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:]))])


def memory(lines: list[Line], side: str) -> str:
    own = (line for line in lines if line["what"] == side)
    peaks = [line["peak_rss_mb"] for line in own if "peak_rss_mb" in line]
    return f"{SIDES[side]} {max(peaks):.0f} MiB" if peaks else f"{SIDES[side]} unknown"


def verdict(met: bool) -> str:
    """Of a target."""
    return "met" if met else "missed"


def cpu_model() -> str:
    try:
        env = {**os.environ, "LC_ALL": "C"}
        listing = subprocess.check_output(["lscpu"], text=True, env=env)
    except (OSError, subprocess.CalledProcessError):
        listing = ""
    for line in listing.splitlines():
        if line.startswith("Model name:"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """The cores this process may use, which a container can make fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine(load: str) -> str:
    """The machine, its load before the first run (the mean of a minute) and the time of day."""
    before = float(load.split()[0])
    now = datetime.datetime.now(datetime.timezone.utc)
    when = f"{now:%Y-%m-%d %H:%M} UTC"
    return f"machine: {cpu_model()}, {cores()} cores, load {before:.1f} before, {when}"


def main() -> None:
    if len(sys.argv) < 3:
        raise SystemExit("usage: report.py DIR ROW...  (reads load, ROW.jsonl and SET.txt in DIR)")
    directory, names = Path(sys.argv[1]), sys.argv[2:]
    results = {name: read(directory / f"{name}.jsonl") for name in names}
    sets = {name: directory / f"{name.rpartition('-')[2]}.txt" for name in names}
    counts = {name: texts.read_bytes().count(b"\n") for name, texts in sets.items()}
    head = ["set", "texts", SIDES["python"], SIDES["weft"], "ratio"]
    print(table([head, *(row(name, counts[name], results[name]) for name in names)]))
    everything = [line for lines in results.values() for line in lines]
    print("\npeak resident memory: " + ", ".join(memory(everything, side) for side in SIDES))
    print(machine((directory / "load").read_text()))


if __name__ == "__main__":
    main()
