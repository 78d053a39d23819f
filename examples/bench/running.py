# SPDX-License-Identifier: Apache-2.0
"""Runs the programs of a benchmark: their JSON lines and memory come back, the rest goes to a log."""

import os
import subprocess
import sys
from pathlib import Path

import report
from report import Line

TOOLS = Path(__file__).resolve().parent / "../../tools"

# Nobody looks for a newer model, and nobody is told that forks and tokenizers do not mix.
ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Programs:
    """Starts programs one after the other and appends what they say to a log."""

    def __init__(self, log: Path) -> None:
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("", encoding="utf-8")

    def python(self, environment: str) -> str:
        """The Python of an environment that tools/reference makes."""
        return self.output([str(TOOLS / "reference"), environment]).strip()

    def output(self, command: list[str]) -> str:
        return self._run(command)[0]

    def lines(self, command: list[str]) -> list[Line]:
        """The JSON lines that a program prints, and one of the memory of its largest process."""
        printed, peak_mb = self._run(command)
        return [*report.parse_all(printed), {"what": "process", "max_rss_mb": round(peak_mb, 1)}]

    def _run(self, command: list[str]) -> tuple[str, float]:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)[:2000]}\n")
            log.flush()
            environment = {**os.environ, **ENVIRONMENT}
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )
            assert process.stdout is not None
            printed = process.stdout.read()
            log.write(printed)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"bench: {command[0]} failed; what it said is in {self._log}")
        return printed, usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
