# SPDX-License-Identifier: Apache-2.0
"""Measures how many operations a second PyTorch's matrix products make on all cores.

What: multiplies matrices of each shape MxKxN on one thread a core at once, by torch's own product
and by oneDNN's with its packed weights, for some time each, and prints JSON lines.

Why: no encoder is faster than the products it consists of. The shapes are those of a layer of
all-MiniLM-L6-v2 and of a square that is large enough for every kernel.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # Before torch is there to read it.

import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402

import torch  # noqa: E402
from process import emit  # noqa: E402
from report import cores  # noqa: E402

WARM_UP = 3
PACKED_ROWS = 512

Product = Callable[[], object]


def plain(m: int, k: int, n: int) -> Product:
    a, b = torch.randn(m, k), torch.randn(k, n)
    return lambda: torch.mm(a, b)


def packed(m: int, k: int, n: int) -> Product:
    a, b = torch.randn(m, k), torch.randn(n, k)
    weight = torch.ops.mkldnn._reorder_linear_weight(b, PACKED_ROWS)
    return lambda: torch.ops.mkldnn._linear_pointwise(a, weight, None, "none", [], "")


def per_second(make: Callable[[int, int, int], Product], shape: list[int], seconds: float) -> float:
    """Products a second of all threads together."""
    count_of_threads = cores()
    start = threading.Barrier(count_of_threads)
    rates: list[float] = []

    def work() -> None:
        product = make(*shape)
        for _ in range(WARM_UP):
            product()
        start.wait()
        begin = time.perf_counter()
        count, passed = 0, 0.0
        while passed < seconds:
            product()
            count += 1
            passed = time.perf_counter() - begin
        rates.append(count / passed)

    threads = [threading.Thread(target=work) for _ in range(count_of_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(rates)


def main() -> None:
    torch.set_num_threads(1)
    seconds, shapes = float(sys.argv[1]), sys.argv[2:]
    for shape in shapes:
        m, k, n = map(int, shape.split("x"))
        for make in (plain, packed):
            try:
                make(1, 1, 1)()
            except RuntimeError:
                continue  # A build without oneDNN, or a processor it does not know.
            gflops = per_second(make, [m, k, n], seconds) * 2 * m * k * n / 1e9
            emit("peak", engine=f"torch, {make.__name__}", shape=shape, gflops=gflops)


if __name__ == "__main__":
    with torch.inference_mode():
        main()
