# SPDX-License-Identifier: Apache-2.0
"""How often the model is asked, by the operator's own count, which Connect hands to the client."""

import pytest
from conftest import CONNECT, parity, table
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from weft import embed

pytestmark = pytest.mark.skipif(not CONNECT, reason="a classic session has no executionInfo")

TEXTS = [*parity("static").texts, None]
COUNT = len(TEXTS) - 1


def texts_embedded(df: DataFrame) -> list[int]:
    """What each operator of the last run counted."""
    assert df.executionInfo is not None and df.executionInfo.metrics is not None
    _, graph = df.executionInfo.metrics.extract_graph()
    metrics = [metric for node in graph.values() for metric in node.metrics]
    return [int(metric.value) for metric in metrics if metric.name == "weftTexts"]


def embedded(spark: SparkSession) -> DataFrame:
    return table(spark, TEXTS).withColumn("emb", embed("text", parity("static").model))


def test_every_text_once(spark: SparkSession) -> None:
    df = embedded(spark)
    df.collect()
    assert texts_embedded(df) == [COUNT]


def test_two_calls_of_one_text_are_one(spark: SparkSession) -> None:
    call = embed("text", parity("static").model)
    df = table(spark, TEXTS).select(call.alias("emb"), F.size(call).alias("width"))
    rows = df.collect()
    assert texts_embedded(df) == [COUNT]
    assert all(row["width"] == len(row["emb"]) for row in rows if row["emb"] is not None)


def test_two_calls_of_two_models_are_two(spark: SparkSession) -> None:
    df = embedded(spark).withColumn("other", embed("text", parity("bert-mean-normalize").model))
    df.collect()
    assert texts_embedded(df) == [COUNT, COUNT]


def test_a_filter_on_the_embedding_is_no_second_call(spark: SparkSession) -> None:
    df = embedded(spark).where(F.element_at("emb", 1) > 0)
    assert 0 < len(df.collect()) < COUNT
    assert texts_embedded(df) == [COUNT]


def test_a_filter_on_another_column_comes_first(spark: SparkSession) -> None:
    df = embedded(spark).where("id < 5")
    df.collect()
    assert texts_embedded(df) == [5]


def test_what_nobody_reads_is_not_embedded(spark: SparkSession) -> None:
    df = embedded(spark).select("id")
    df.collect()
    assert texts_embedded(df) == []
