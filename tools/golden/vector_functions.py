# SPDX-License-Identifier: Apache-2.0
"""Writes what Spark's own vector functions give, for Spark's tests. Needs pyspark 4.3.0, not a part
of tools/reference: python tools/golden/vector_functions.py"""

import pathlib
import struct

from pyspark.sql import SparkSession

OUT = pathlib.Path(__file__).parents[2] / "spark/src/test/resources/golden/vector-functions.tsv"

# The same in VectorFunctionsTest: integers only, so that every machine makes the same floats.
VECTOR = (
    "transform(sequence(1, {n}), i -> cast((pmod(i * 7919 + {id} * 104729, 2003) - 1001) / 997D"
    " as float))"
)

QUERIES = {
    "cosine": "vector_cosine_similarity(a, b)",
    "dot": "vector_inner_product(a, b)",
    "l2": "vector_l2_distance(a, b)",
    "norm1": "vector_norm(a, 1F)",
    "norm2": "vector_norm(a)",
    "normInf": "vector_norm(a, float('inf'))",
    "unit1": "vector_normalize(a, 1F)",
    "unit2": "vector_normalize(a)",
    "unitInf": "vector_normalize(a, float('inf'))",
}


def bits(value):
    values = value if isinstance(value, list) else [value]
    return " ".join(struct.pack(">f", v).hex() for v in values)


def main():
    spark = SparkSession.builder.master("local[1]").getOrCreate()
    spark.range(1, 41).createOrReplaceTempView("ids")
    # 1 to 40 elements: less than a block of eight, whole blocks, and blocks with a rest.
    rows = (
        f"SELECT id, {VECTOR.format(n='id', id='id')} AS a,"
        f" {VECTOR.format(n='id', id='(id + 50)')} AS b FROM ids"
    )
    with OUT.open("w") as out:
        out.write(f"# Spark {spark.version}: query, id, bits of the floats\n")
        for name, call in QUERIES.items():
            for row in spark.sql(f"SELECT id, {call} AS r FROM ({rows}) ORDER BY id").collect():
                out.write(f"{name}\t{row.id}\t{bits(row.r)}\n")
        same = (
            f"SELECT id % 4 AS g, {VECTOR.format(n='12', id='id')} AS v FROM ids"
        )
        for name in ("sum", "avg"):
            query = f"SELECT g, vector_{name}(v) AS r FROM ({same}) GROUP BY g ORDER BY g"
            for row in spark.sql(query).collect():
                out.write(f"{name}\t{row.g}\t{bits(row.r)}\n")


if __name__ == "__main__":
    main()
