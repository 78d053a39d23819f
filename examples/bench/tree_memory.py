# SPDX-License-Identifier: Apache-2.0
"""Samples the memory of this process and everything it started, as Linux accounts for it.

What: while a `with TreeMemory() as memory` block runs, a thread adds up the proportional set size
(PSS) of this process and all its descendants, and keeps the largest sum. It does so once a second,
or less often where that would take more than a fiftieth of its time, and once more at the end.

Why: a side of the Spark benchmark is a tree of processes: Python's driver, a JVM, Python workers.
Pages that several of them share, such as the libraries that workers inherit, count once in the sum
of PSS and several times in that of resident sets. What is used for less than a second is missed.
The kernel walks all pages of a process for its PSS, with a lock held that the process needs for new
ones: each second that slowed a gigabyte of Spark by a thirtieth.
"""

import os
import threading
import time
from pathlib import Path

PROC = Path("/proc")
REST = 50


def parents() -> dict[int, int]:
    """The parent of every process there is."""
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue  # It has ended.
            found[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    return found


def tree(root: int) -> set[int]:
    """A process and its descendants."""
    above = parents()
    members = {root}
    grown = True
    while grown:
        more = {pid for pid, parent in above.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return members


def pss_kb(pid: int) -> int:
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass  # It has ended.
    return 0


class TreeMemory:
    """The largest PSS of the tree so far, in MiB; zero where there is no /proc."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "TreeMemory":
        if (PROC / "self" / "smaps_rollup").exists():
            self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _sample(self) -> None:
        ended = False
        while not ended:
            start = time.perf_counter()
            self._sample_once()
            took = time.perf_counter() - start
            ended = self._ended.wait(timeout=max(1, REST * took))
        self._sample_once()

    def _sample_once(self) -> None:
        now = sum(pss_kb(pid) for pid in tree(os.getpid())) / 1024
        self.peak_mb = max(self.peak_mb, now)
