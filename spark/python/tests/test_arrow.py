# SPDX-License-Identifier: Apache-2.0
"""Vectors that go to Python as the Arrow columns they are."""

import contextlib
import datetime
import decimal
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from conftest import CONNECT, assert_close, parity, table
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from weft import embed, to_arrow

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers have no tests

CASE = parity("static")
TEXTS = [None if i % 7 == 3 else CASE.texts[i % len(CASE.texts)] for i in range(100)]
EVERY_TYPE = """
    id, text, id % 2 = 0 AS flag, CAST(id AS byte) AS b, CAST(id AS short) AS s,
    CAST(id AS bigint) AS l, CAST(id AS float) AS f, CAST(id AS double) AS d,
    CAST(id AS decimal(30, 2)) AS dec, DATE'2024-02-29' + id AS day,
    TIMESTAMP'2024-02-29 12:00:00' + make_interval(0, 0, 0, id) AS at, CAST(text AS binary) AS bin,
    array(text, NULL) AS texts, struct(id, array(id, id) AS ids) AS nested, map(id, text) AS byid,
    IF(id % 3 = 0, NULL, array(CAST(id AS float))) AS floats
"""


def as_they_are(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from batches


def sizes(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.RecordBatch.from_pydict({"rows": [batch.num_rows]}, pa.schema({"rows": pa.int32()}))


def failing(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for _ in batches:
        raise ValueError("not today")
    yield from ()


def lengths(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    for frame in frames:
        vectors = [[] if emb is None else emb for emb in frame["emb"]]
        widths = [len(vector) or -1 for vector in vectors]
        firsts = [vector[0] if len(vector) else 0 for vector in vectors]
        yield pd.DataFrame({"id": frame["id"], "width": widths, "first": firsts})


def plan(df: DataFrame) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        df.explain()
    return printed.getvalue()


def rows(df: DataFrame) -> list[tuple]:
    return sorted((tuple(row) for row in df.collect()), key=lambda row: row[0])


def embedded(spark: SparkSession) -> DataFrame:
    return table(spark, TEXTS).withColumn("emb", embed("text", CASE.model))


def test_the_vectors_of_map_in_arrow_are_those_of_the_rows(spark: SparkSession) -> None:
    df = embedded(spark)
    mapped = df.mapInArrow(as_they_are, df.schema)
    assert "ColumnarMapInArrow" in plan(mapped)
    found = rows(mapped)
    assert [row[1] for row in found] == TEXTS
    assert [row[2] is None for row in found] == [text is None for text in TEXTS]
    answers = dict(zip(CASE.texts, CASE.answers()))
    present = [row for row in found if row[1] is not None]
    assert_close([row[2] for row in present], [answers[row[1]] for row in present])
    assert found == rows(df)


def test_map_in_pandas_has_them_too(spark: SparkSession) -> None:
    df = embedded(spark)
    mapped = df.mapInPandas(lengths, "id int, width int, first float")
    assert "ColumnarMapInPandas" in plan(mapped)
    expected = df.selectExpr("id", "coalesce(size(emb), -1)", "coalesce(emb[0], 0F)")
    assert rows(mapped) == rows(expected)


def test_columns_of_every_type_pass_beside_them(spark: SparkSession) -> None:
    df = table(spark, TEXTS).selectExpr(*_split(EVERY_TYPE))
    df = df.withColumn("emb", embed("text", CASE.model))
    mapped = df.mapInArrow(as_they_are, df.schema)
    assert "ColumnarMapInArrow" in plan(mapped)
    found = rows(mapped)
    assert found == rows(df)
    assert found[3][8] == decimal.Decimal("3.00")
    assert found[2][9] == datetime.date(2024, 3, 2)


def _split(columns: str) -> list[str]:
    parts, depth, part = [], 0, ""
    for sign in columns:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += sign
    return [*parts, part]


@pytest.mark.parametrize("columns", [["emb"], ["emb", "id"], ["id", "emb"], ["emb", "emb2"]])
def test_columns_in_any_order(spark: SparkSession, columns: list[str]) -> None:
    other = parity("bert-mean-normalize").model
    df = embedded(spark).withColumn("emb2", embed("text", other)).select(columns)
    mapped = df.mapInArrow(as_they_are, df.schema)
    assert "ColumnarMapInArrow" in plan(mapped)
    key = lambda row: str(row)  # noqa: E731
    assert sorted(mapped.collect(), key=key) == sorted(df.collect(), key=key)


@pytest.mark.parametrize("most", [1, 7, 10000])
def test_a_batch_has_no_more_rows_than_the_session_says(spark: SparkSession, most: int) -> None:
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(most))
    try:
        df = embedded(spark).coalesce(1)
        counts = [row["rows"] for row in df.mapInArrow(sizes, "rows int").collect()]
        assert sum(counts) == len(TEXTS)
        assert max(counts) == min(most, len(TEXTS))
        assert rows(df.mapInArrow(as_they_are, df.schema)) == rows(df)
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")


def test_a_batch_has_few_bytes_where_the_session_says_so(spark: SparkSession) -> None:
    spark.conf.set("spark.sql.execution.arrow.maxBytesPerBatch", "2000")
    try:
        df = embedded(spark).coalesce(1)
        counts = [row["rows"] for row in df.mapInArrow(sizes, "rows int").collect()]
        assert sum(counts) == len(TEXTS) and max(counts) < len(TEXTS) / 2
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxBytesPerBatch")


@pytest.mark.parametrize("adaptive", ["true", "false"])
def test_columns_of_a_file_are_not_made_rows(
    spark: SparkSession, tmp_path: Path, adaptive: str
) -> None:
    path = str(tmp_path / "texts.parquet")
    table(spark, TEXTS).write.parquet(path)
    spark.conf.set("spark.sql.adaptive.enabled", adaptive)
    try:
        df = spark.read.parquet(path).withColumn("emb", embed("text", CASE.model))
        mapped = df.mapInArrow(as_they_are, df.schema)
        assert "ColumnarMapInArrow" in plan(mapped)
        assert "ColumnarToRow" not in plan(mapped)
        assert rows(mapped) == rows(df)
    finally:
        spark.conf.unset("spark.sql.adaptive.enabled")


def test_what_stands_between_gets_rows(spark: SparkSession) -> None:
    df = embedded(spark).where(F.element_at("emb", 1) > 0)
    mapped = df.mapInArrow(as_they_are, df.schema)
    assert "ColumnarMapInArrow" not in plan(mapped)
    assert rows(mapped) == rows(df) != []


def test_structs_and_barriers_stay_with_spark(spark: SparkSession) -> None:
    df = table(spark, TEXTS).withColumn("emb", embed("text", CASE.model, on_error="struct"))
    mapped = df.mapInArrow(as_they_are, df.schema)
    assert "ColumnarMapInArrow" not in plan(mapped)
    assert rows(mapped) == rows(df)
    df = embedded(spark)
    assert "ColumnarMapInArrow" not in plan(df.mapInArrow(as_they_are, df.schema, barrier=True))


@pytest.mark.skipif(CONNECT, reason="only a classic session shows the plan that ran")
def test_after_a_shuffle_too(spark: SparkSession) -> None:
    df = table(spark, TEXTS).repartition(2, "id").withColumn("emb", embed("text", CASE.model))
    mapped = df.mapInArrow(as_they_are, df.schema)
    assert rows(mapped) == rows(df)
    assert "isFinalPlan=true" in plan(mapped)
    assert "ColumnarMapInArrow" in plan(mapped)


def test_a_function_that_returns_something_else_is_named(spark: SparkSession) -> None:
    df = embedded(spark)
    spark.conf.set("spark.sql.execution.arrow.pyspark.validateSchema.enabled", "true")
    try:
        with pytest.raises(Exception, match="ARROW_TYPE_MISMATCH"):
            df.mapInArrow(as_they_are, "id int, text string, emb string").collect()
    finally:
        spark.conf.unset("spark.sql.execution.arrow.pyspark.validateSchema.enabled")


def test_a_function_that_fails_ends_the_query_and_the_next_runs(spark: SparkSession) -> None:
    df = embedded(spark)
    with pytest.raises(Exception, match="not today"):
        df.mapInArrow(failing, df.schema).collect()
    assert len(df.mapInArrow(as_they_are, df.schema).collect()) == len(TEXTS)


def test_rows_of_two_functions_can_be_counted_together(spark: SparkSession) -> None:
    df = embedded(spark).coalesce(1)
    mapped = df.mapInArrow(as_they_are, df.schema)
    assert mapped.union(mapped).count() == 2 * len(TEXTS)
    grouped = mapped.union(mapped).groupBy("id").count().collect()
    assert len(grouped) == len(TEXTS) and all(row["count"] == 2 for row in grouped)


@pytest.mark.parametrize("declared", ["array<float>", "array<float> NOT NULL"])
def test_types_are_checked_as_spark_does(spark: SparkSession, declared: str) -> None:
    spark.conf.set("spark.sql.execution.arrow.pyspark.validateSchema.enabled", "true")
    try:
        schema = f"id int, text string, emb {declared}"
        results = []
        for df in [embedded(spark), embedded(spark).where("emb IS NULL OR size(emb) > 0")]:
            mapped = df.mapInArrow(as_they_are, schema)
            try:
                results.append(rows(mapped))
            except Exception as e:
                results.append("ARROW_TYPE_MISMATCH" in str(e))
        assert results[0] == results[1]
    finally:
        spark.conf.unset("spark.sql.execution.arrow.pyspark.validateSchema.enabled")


@pytest.mark.parametrize(
    "conf",
    [
        "spark.sql.execution.arrow.compression.codec=lz4",
        "spark.sql.execution.arrow.compression.codec=zstd",
        "spark.sql.execution.arrow.useLargeVarTypes=true",
        "spark.sql.adaptive.forceApply=true",
    ],
)
def test_settings_of_the_session_hold(spark: SparkSession, conf: str) -> None:
    key, value = conf.split("=")
    spark.conf.set(key, value)
    try:
        df = embedded(spark)
        assert rows(df.mapInArrow(as_they_are, df.schema)) == rows(df)
        assert tables_are_equal(df)
    finally:
        spark.conf.unset(key)


def test_texts_larger_than_a_window_come_in_parts(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "wide.parquet")
    wide = table(spark, TEXTS).coalesce(1).withColumn("pad", F.lpad(F.lit(""), 300_000, "x"))
    wide.select("id", F.concat_ws(" ", "text", "pad").alias("text")).write.parquet(path)
    df = spark.read.parquet(path).select("id", embed("text", CASE.model).alias("emb"))
    counts = [row["rows"] for row in df.mapInArrow(sizes, "rows int").collect()]
    assert sum(counts) == len(TEXTS) and max(counts) < 40
    assert rows(df.mapInArrow(as_they_are, df.schema)) == rows(df)
    assert tables_are_equal(df)


def test_a_partition_in_one_batch_stays_with_spark(spark: SparkSession) -> None:
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "0")
    try:
        df = embedded(spark).coalesce(1)
        mapped = df.mapInArrow(sizes, "rows int")
        assert "ColumnarMapInArrow" not in plan(mapped)
        assert [row["rows"] for row in mapped.collect()] == [len(TEXTS)]
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")


@pytest.mark.skipif(CONNECT, reason="only a classic session sees the memory of its JVM")
def test_no_memory_stays_behind(spark: SparkSession) -> None:
    df = table(spark, TEXTS * 300).coalesce(1).withColumn("emb", embed("text", CASE.model))
    allocator = spark._jvm.org.apache.spark.sql.util.ArrowUtils.rootAllocator()
    before = allocator.getAllocatedMemory()
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "100")
    try:
        assert len(df.mapInArrow(as_they_are, df.schema).limit(3).collect()) == 3
        with pytest.raises(Exception, match="not today"):
            df.mapInArrow(failing, df.schema).collect()
        assert df.mapInArrow(as_they_are, df.schema).count() == len(TEXTS) * 300
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")
    assert allocator.getAllocatedMemory() == before


def test_nothing_is_nothing(spark: SparkSession) -> None:
    df = embedded(spark).where("id < 0")
    assert df.mapInArrow(as_they_are, df.schema).collect() == []


def tables_are_equal(df: DataFrame) -> bool:
    mine, theirs = to_arrow(df), df.toArrow()
    assert mine.schema == theirs.schema
    return mine.equals(theirs)


def test_a_table_is_that_of_spark(spark: SparkSession) -> None:
    df = embedded(spark)
    assert tables_are_equal(df)
    assert to_arrow(df)["emb"].null_count == TEXTS.count(None)
    assert tables_are_equal(df.select("emb", "id"))
    assert tables_are_equal(df.repartition(3, "id").orderBy("id"))
    assert tables_are_equal(df.where("id < 0"))
    assert tables_are_equal(df.where("id < 5").union(df.where("id > 90")))
    everything = table(spark, TEXTS).selectExpr(*_split(EVERY_TYPE))
    assert tables_are_equal(everything.withColumn("emb", embed("text", CASE.model)))


def test_a_table_of_rows_is_that_of_spark(spark: SparkSession) -> None:
    assert tables_are_equal(spark.range(10000).selectExpr("id", "CAST(id AS string) AS text"))
    assert tables_are_equal(spark.range(0))
    assert tables_are_equal(spark.range(3).selectExpr("id", "NULL AS n"))
    named = embedded(spark).selectExpr("id", "emb", "text COLLATE UTF8_LCASE AS t", "NULL AS n")
    assert tables_are_equal(named)


def test_a_table_that_cannot_be_made_raises_the_reason(spark: SparkSession) -> None:
    with pytest.raises(Exception, match="no/such/model"):
        to_arrow(table(spark, TEXTS).select(embed("text", "/no/such/model")))
    assert tables_are_equal(embedded(spark))
