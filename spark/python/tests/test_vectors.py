# SPDX-License-Identifier: Apache-2.0
"""The functions on vectors, by their names; their numbers are the matter of Java's tests."""

import math

import pytest
from conftest import parity, table
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import weft


@pytest.fixture
def pair(spark: SparkSession) -> DataFrame:
    """Two vectors of three components."""
    if not spark.catalog.functionExists("vector_norm"):
        pytest.skip("the jar has no functions on vectors")
    rows = [([1.0, -2.0, 2.0], [2.0, 1.0, 2.0])]
    return spark.createDataFrame(rows, "a array<float>, b array<float>")


def test_two_vectors(pair: DataFrame) -> None:
    row = pair.select(
        weft.vector_inner_product("a", "b"),
        weft.vector_cosine_similarity("a", F.col("b")),
        weft.vector_l2_distance("a", "b"),
    ).first()
    assert row is not None
    assert list(row) == pytest.approx([4.0, 4 / 9, math.sqrt(10)])


def test_norms(pair: DataFrame) -> None:
    degrees = (None, 1, 2.0, math.inf)
    row = pair.select(*(weft.vector_norm("a", degree) for degree in degrees)).first()
    assert row is not None
    assert list(row) == pytest.approx([3.0, 5.0, 3.0, 2.0])
    row = pair.select(weft.vector_normalize("a"), weft.vector_normalize("a", 1)).first()
    assert row is not None
    assert row[0] == pytest.approx([1 / 3, -2 / 3, 2 / 3])
    assert row[1] == pytest.approx([0.2, -0.4, 0.4])


def test_of_a_group(pair: DataFrame) -> None:
    both = pair.select(F.col("a").alias("v")).union(pair.select("b"))
    row = both.agg(weft.vector_avg("v"), weft.vector_sum("v")).first()
    assert row is not None
    assert row[0] == pytest.approx([1.5, -0.5, 2.0])
    assert row[1] == pytest.approx([3.0, -1.0, 4.0])


def test_of_embeddings(spark: SparkSession, pair: DataFrame) -> None:
    case = parity("bert-mean-normalize")
    df = table(spark, case.texts).withColumn("emb", weft.embed("text", case.model))
    second = F.array(*map(F.lit, case.answers()[1])).cast("array<float>")
    cosine = weft.vector_cosine_similarity("emb", second)
    have = [row[1] for row in sorted(df.select("id", cosine).collect())]
    want = [sum(x * y for x, y in zip(answer, case.answers()[1])) for answer in case.answers()]
    assert have == pytest.approx(want, abs=1e-4)
