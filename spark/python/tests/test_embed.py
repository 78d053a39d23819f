# SPDX-License-Identifier: Apache-2.0
"""embed() gives the reference's vectors, takes its options, and says what is wrong with a call."""

from pathlib import Path

import pytest
from conftest import Case, assert_close, parity, table, vectors
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, FloatType

from weft import embed


@pytest.mark.parametrize("name", ["bert-mean-normalize", "static", "words-mean", "t5-encoder"])
def test_vectors_are_those_of_the_reference(spark: SparkSession, name: str) -> None:
    case = parity(name)
    df = table(spark, case.texts).withColumn("emb", embed("text", case.model))
    assert df.schema["emb"].dataType == ArrayType(FloatType(), containsNull=False)
    assert_close(vectors(df), case.answers())


def test_null_is_null(spark: SparkSession) -> None:
    case = parity("static")
    texts = [case.texts[0], None, case.texts[1]]
    have = vectors(table(spark, texts).withColumn("emb", embed(F.col("text"), Path(case.model))))
    assert have[1] is None
    assert_close([have[0], have[2]], case.answers()[:2])


def test_options_in_both_spellings(spark: SparkSession) -> None:
    case = parity("bert-mean-normalize")
    df = table(spark, case.texts)
    want = case.answers(truncate_dim=8, normalize_embeddings=True)
    snake = embed("text", case.model, truncate_dim=8, normalize=True, batch_tokens=64, prompt=None)
    camel = embed("text", case.model, truncateDim="8", normalize="true", batchTokens=64)
    assert_close(vectors(df.withColumn("emb", snake)), want)
    assert_close(vectors(df.withColumn("emb", camel)), want)
    flat = embed("text", case.model, truncate_dim=8, normalize=False)
    assert_close(vectors(df.withColumn("emb", flat)), case.answers(truncate_dim=8))


@pytest.mark.parametrize("args", [{"prompt_name": "query"}, {"prompt": "custom: "}])
def test_prompts(spark: SparkSession, args: dict[str, str]) -> None:
    case = parity("prompts-exclude")
    df = table(spark, case.texts).withColumn("emb", embed("text", case.model, **args))
    assert_close(vectors(df), case.answers(**args))


def test_a_task_may_be_a_column(spark: SparkSession) -> None:
    case = parity("router")
    odd = F.col("id") % 2 == 1
    task = F.when(odd, "query").otherwise("document")
    df = table(spark, case.texts).withColumn("emb", embed("text", case.model, task=task))
    routes = (case.answers(task="document"), case.answers(task="query"))
    assert_close(vectors(df), [routes[i % 2][i] for i in range(len(case.texts))])


def test_the_model_of_the_session(spark: SparkSession, session_model: Case) -> None:
    df = table(spark, session_model.texts)
    assert_close(vectors(df.withColumn("emb", embed("text"))), session_model.answers())
    cut = df.withColumn("emb", embed("text", truncate_dim=8))
    assert_close(vectors(cut), session_model.answers(truncate_dim=8))


def test_sql_and_expr(spark: SparkSession, session_model: Case) -> None:
    table(spark, session_model.texts).createOrReplaceTempView("articles")
    query = "SELECT id, embed(text, NULL, map('truncateDim', '8')) AS emb FROM articles"
    assert_close(vectors(spark.sql(query)), session_model.answers(truncate_dim=8))
    df = spark.table("articles").withColumn("emb", F.expr("embed(text)"))
    assert_close(vectors(df), session_model.answers())


def test_a_filter_on_an_embedding(spark: SparkSession) -> None:
    case = parity("static")
    want = [i for i, vector in enumerate(case.answers()) if vector[0] > 0]
    assert 0 < len(want) < len(case.texts)
    df = table(spark, case.texts).withColumn("emb", embed("text", case.model))
    found = df.where(F.element_at("emb", 1) > 0).select("id").collect()
    assert sorted(row["id"] for row in found) == want


def test_a_column_that_is_no_text_is_refused(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException) as refused:
        table(spark, ["a"]).select(embed("id", parity("static").model)).schema
    message = "embed() takes a text or an array of texts, but id is of type INT; cast it with "
    message += "CAST(… AS STRING)"
    assert message in str(refused.value)
    assert refused.value.getCondition() == "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"


def test_an_option_that_is_not_known_is_refused(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException) as refused:
        table(spark, ["a"]).select(embed("text", parity("static").model, truncate=3)).schema
    assert 'option "truncate" is not known; known: [' in str(refused.value)


def test_a_value_that_is_wrong_is_refused(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException) as refused:
        table(spark, ["a"]).select(embed("text", parity("static").model, truncate_dim=0)).schema
    message = 'option "truncateDim" cannot be "0" (it must be a whole number from 1)'
    assert message in str(refused.value)


def test_a_column_for_another_option_is_refused(spark: SparkSession) -> None:
    dim = F.col("id").cast("string")
    with pytest.raises(AnalysisException) as refused:
        table(spark, ["a"]).select(embed("text", "m", truncate_dim=dim)).schema
    assert "the options of embed() must be a literal map of strings" in str(refused.value)


def test_no_model_is_refused(spark: SparkSession) -> None:
    for call in (embed("text"), embed("text", normalize=True)):
        with pytest.raises(AnalysisException) as refused:
            table(spark, ["a"]).select(call).schema
        message = "embed() has no model; give one as second argument or set spark.weft.model"
        assert message in str(refused.value)


def test_a_value_of_another_type_is_refused_at_once() -> None:
    with pytest.raises(TypeError) as refused:
        embed("text", "m", task=["query"])  # type: ignore[arg-type]
    message = 'option "task" of embed() must be a string, a number, True, False or a Column,'
    assert str(refused.value) == message + " but is a list"
