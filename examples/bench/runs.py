# SPDX-License-Identifier: Apache-2.0
"""Runs the sides of a benchmark on the same texts.

What: makes the text sets in a folder that goes with the benchmark, calls the programs that measure
a side, and reads the JSON lines they print; what else they say goes to a log in the user's cache.

BENCH_LIMIT=N in the environment keeps only the first N texts of each set, to try a benchmark.
"""

import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

import report
from running import Programs

HERE = Path(__file__).resolve().parent


class Runs:
    """The folder, the log and the Python of one benchmark. To be closed by `with`."""

    def __init__(self, bench: str, reference: str) -> None:
        self.load = str(os.getloadavg()[0])
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weft"
        self.log = cache / f"bench-{bench}.log"
        programs = Programs(self.log)
        self._output = programs.output
        self.python = programs.python(reference)
        self.folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> "Runs":
        return self

    def __exit__(self, *failure: object) -> None:
        self.folder.cleanup()

    def make_texts(self, sets: dict[str, int], source: str | None) -> None:
        counts = [part for name, count in sets.items() for part in (f"--{name}", str(count))]
        given = ["--from", source] if source else []
        self._output([self.python, str(HERE / "texts.py"), self.folder.name, *counts, *given])
        limit = os.environ.get("BENCH_LIMIT")
        for name in sets if limit else ():
            texts = self.texts(name).read_text(encoding="utf-8").splitlines(keepends=True)
            self.texts(name).write_text("".join(texts[: int(str(limit))]), encoding="utf-8")

    def texts(self, name: str) -> Path:
        return Path(self.folder.name) / f"{name}.txt"

    def python_side(self, program: str, *arguments: str) -> Iterator[report.Line]:
        return report.parse_all(self._output([self.python, str(HERE / program), *arguments]))

    def java_side(self, command: str, *arguments: str) -> Iterator[report.Line]:
        # A shell reads the command, so that it may hold quoted arguments.
        line = f"{command} {shlex.join(arguments)}"
        return report.parse_all(self._output(["bash", "-c", line]))
