# SPDX-License-Identifier: Apache-2.0
"""Measures sentence-transformers in as many processes of one thread as there are cores.

What: each process loads the model, warms it up and encodes its share of the lines of a file, of two
processes every second line, all at once at each batch size asked for. Prints one JSON line for each
size, by the time from the first process's start to the last one's end.

Why: that is often faster than one process that spreads every operation over all cores, and Weft is
to be compared with the faster way. Memory is that of the whole tree of processes.
"""

import argparse
import multiprocessing
import os
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from process import emit, seconds_since_start, versions
from report import cores
from texts import positive
from tree_memory import TreeMemory

ONE_THREAD = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"]
LOAD_LIMIT = 600


def model_arguments(backend: str) -> dict[str, Any]:
    """One thread an operation, in the words of each backend."""
    if backend == "onnx":
        from onnxruntime import SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return {"session_options": options}
    if backend == "openvino":
        return {"ov_config": {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}}
    return {}


def work(share: int, shares: int, start: Barrier, results: Any, args: argparse.Namespace) -> None:
    """One process: tells when it began and ended each batch size."""
    import torch
    from encode import WARM_UP_TEXTS, encode_seconds, read_texts
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    texts = read_texts(args.texts, None)[share::shares]
    loading = time.perf_counter()
    arguments = model_arguments(args.backend)
    model = SentenceTransformer(
        args.model, device="cpu", backend=args.backend, model_kwargs=arguments
    )
    encode_seconds(model, texts[:1], 1)
    results.put(("loaded", time.perf_counter() - loading, versions()))
    encode_seconds(model, texts[:WARM_UP_TEXTS], args.batches[0])
    for batch in args.batches:
        start.wait(LOAD_LIMIT)
        begin = time.perf_counter()
        encode_seconds(model, texts, batch)
        results.put((batch, begin, time.perf_counter(), len(texts)))


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times processes of one thread on the CPU.")
    parser.add_argument("model", metavar="MODEL", help="model directory")
    parser.add_argument("texts", metavar="TEXTFILE", type=Path, help="one text a line")
    parser.add_argument("batches", metavar="BATCH_SIZE", type=positive, nargs="+")
    parser.add_argument("--backend", metavar="NAME", default="torch", help="default torch")
    return parser.parse_args()


def measure(args: argparse.Namespace, shares: int) -> None:
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(shares), context.Queue()
    workers = [
        context.Process(target=work, args=(share, shares, start, results, args), daemon=True)
        for share in range(shares)
    ]
    for worker in workers:
        worker.start()
    loaded = [results.get(timeout=LOAD_LIMIT) for _ in workers]
    load = max(seconds for _, seconds, _ in loaded)
    cold = seconds_since_start()
    emit("split", load_seconds=load, cold_start_seconds=cold, versions=loaded[0][2])
    for batch in args.batches:
        ended = [results.get() for _ in workers]
        seconds = max(end for _, _, end, _ in ended) - min(begin for _, begin, _, _ in ended)
        texts = sum(count for *_, count in ended)
        rate = round(texts / seconds, 2)
        emit("split", batch=batch, texts=texts, seconds=round(seconds, 4), rate=rate)
    for worker in workers:
        worker.join()


def main() -> None:
    args = parse_args()
    for name in ONE_THREAD:
        os.environ[name] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    with TreeMemory() as memory:
        measure(args, cores())
    emit("split", peak_mb=round(memory.peak_mb, 1))


if __name__ == "__main__":
    main()
