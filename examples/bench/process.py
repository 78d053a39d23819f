# SPDX-License-Identifier: Apache-2.0
"""What the sides of the benchmarks say of their own process: its age, memory, and libraries."""

import json
import os
import resource
import sys
import time
from importlib import metadata
from pathlib import Path

LIBRARIES = ["sentence-transformers", "transformers", "torch", "optimum-onnx", "onnxruntime"]
LIBRARIES += ["optimum-intel", "openvino", "model2vec", "pyspark", "numpy"]


def seconds_since_start() -> float:
    """The age of this process, as Linux knows it to a hundredth of a second; else its CPU time."""
    try:
        stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return time.process_time()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(stat[19]) / os.sysconf("SC_CLK_TCK")


def peak_rss_mb() -> float:
    """The largest resident set of this process so far, in MiB."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass  # not Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def versions() -> dict[str, str]:
    """The libraries of this Python that a side may run on, and Python itself."""
    found = {"python": sys.version.split()[0]}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            pass  # Another side's.
    return found


def emit(what: str, **values: object) -> None:
    print(json.dumps({"what": what, **values}), flush=True)
