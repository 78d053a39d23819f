# SPDX-License-Identifier: Apache-2.0
"""Measures how many texts a second one side of the Spark benchmark embeds.

What: starts a local Spark with as many slots as asked for, all in one process or in executors of
their own, has it embed all lines of a file, and prints one JSON line with the best rate and the
largest memory of the whole tree of processes. On request it writes the vectors of the first texts.
Starting, loading the model (a first, smaller job) and reading the file are not timed.

Why: both sides are one and the same query, started from Python, on a cached table, into the sink
"noop" that reads every row; they differ in the column only:
  weft     embed() of Weft, in the JVM
  pyspark  predict_batch_udf around sentence-transformers, in Python workers of one torch thread
The pyspark side hands the library at least 1024 texts at once, so that it can sort them by length;
BATCH is the size of the batches it then runs.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import vectors
from process import versions
from pyspark.ml.functions import predict_batch_udf
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, FloatType
from tree_memory import TreeMemory

TEXTS_OF_A_CALL = 1024
EXECUTOR_MB = 1024
WARM_UP_TEXTS = 2000


def weft_column(model: str) -> Column:
    return F.call_function("embed", F.col("value"), F.lit(model))


def pyspark_column(model: str, batch: int) -> Column:
    def make_predict() -> Callable[[Any], Any]:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)
        encoder = SentenceTransformer(model, device="cpu")

        def predict(texts: Any) -> Any:
            return encoder.encode(list(texts), batch_size=batch, show_progress_bar=False)

        return predict

    texts = max(TEXTS_OF_A_CALL, batch)
    udf = predict_batch_udf(make_predict, return_type=ArrayType(FloatType()), batch_size=texts)
    return udf(F.col("value"))


def session(slots: int, executors: int, jars: str) -> SparkSession:
    master = f"local[{slots}]"
    if executors:
        master = f"local-cluster[{executors},{slots // executors},{EXECUTOR_MB}]"
    builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
    builder = builder.config("spark.log.level", "ERROR")
    builder = builder.config("spark.ui.showConsoleProgress", "false")  # Nobody sees it.
    return (builder.config("spark.jars", jars) if jars else builder).getOrCreate()


def embed_seconds(texts: DataFrame, column: Column) -> float:
    start = time.perf_counter()
    texts.select(column.alias("emb")).write.format("noop").mode("overwrite").save()
    return time.perf_counter() - start


def write_vectors(spark: SparkSession, lines: Path, column: Column, target: Path) -> None:
    first = lines.read_text(encoding="utf-8").splitlines()[: vectors.COMPARED]
    rows = spark.createDataFrame([(text,) for text in first], "value string").coalesce(1)
    vectors.write(target, [row.emb for row in rows.select(column.alias("emb")).collect()])


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times one side of the Spark benchmark.")
    parser.add_argument("side", choices=["weft", "pyspark"])
    parser.add_argument("model", metavar="MODEL", help="model directory")
    parser.add_argument("texts", metavar="TEXTFILE", help="one text a line")
    parser.add_argument("--batch", type=int, default=32, help="of the pyspark side")
    parser.add_argument("--jars", default="", help="Weft's, with commas; for the weft side")
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--executors", type=int, default=0, help="processes that share the slots")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--vectors", metavar="FILE", type=Path, help="of the first texts")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # Of the Python workers.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with TreeMemory() as memory:
        spark = session(args.slots, args.executors, args.jars)
        if args.side == "weft":
            column = weft_column(args.model)
        else:
            column = pyspark_column(args.model, args.batch)
        texts = spark.read.text(args.texts).repartition(args.partitions).cache()
        count = texts.count()
        embed_seconds(texts.limit(WARM_UP_TEXTS).repartition(args.slots), column)
        seconds = min(embed_seconds(texts, column) for _ in range(args.repeat))
        if args.vectors:
            write_vectors(spark, Path(args.texts), column, args.vectors)
    result = {"what": args.side, "texts": count, "seconds": round(seconds, 3)}
    result |= {"rate": round(count / seconds, 1), "peak_mb": round(memory.peak_mb, 1)}
    result |= {"versions": versions()}
    print(json.dumps(result if args.side == "weft" else {**result, "batch": args.batch}))
    spark.stop()


if __name__ == "__main__":
    main()
