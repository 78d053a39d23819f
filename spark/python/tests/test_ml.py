# SPDX-License-Identifier: Apache-2.0
"""The Spark ML stage, in classic sessions and over Connect."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import CONNECT, assert_close, parity, table, vectors
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import SparkSession

import weft
from weft import SentenceEmbedder

HAS_STAGE = any(
    "dev/weft/spark/SentenceEmbedder.class" in zipfile.ZipFile(jar).namelist()
    for jar in weft.jars()
    if Path(jar).name.startswith("weft-spark")
)
needs_stage = pytest.mark.skipif(not HAS_STAGE, reason="the jar has no SentenceEmbedder")


@needs_stage
def test_the_stage_adds_the_vectors(spark: SparkSession) -> None:
    case = parity("bert-mean-normalize")
    stage = SentenceEmbedder(
        inputCol="text", outputCol="emb", model=case.model, truncate_dim=8, normalize=True
    )
    have = vectors(stage.transform(table(spark, case.texts)))
    assert_close(have, case.answers(truncate_dim=8, normalize_embeddings=True))


@needs_stage
def test_setters(spark: SparkSession) -> None:
    case = parity("prompts-exclude")
    stage = SentenceEmbedder().setInputCol("text").setOutputCol("emb").setModel(case.model)
    df = table(spark, case.texts)
    assert_close(vectors(stage.transform(df)), case.answers())
    stage.setParams(prompt_name="query")
    assert_close(vectors(stage.transform(df)), case.answers(prompt_name="query"))


@needs_stage
def test_the_params_are_those_of_java(spark: SparkSession) -> None:
    if CONNECT:
        pytest.skip("the client has no Java object")
    stage: Any = SentenceEmbedder()
    assert {p.name() for p in stage._java_obj.params()} == {p.name for p in stage.params}


@needs_stage
def test_a_stage_is_saved_and_loaded(spark: SparkSession, tmp_path: Path) -> None:
    case = parity("static")
    stage = SentenceEmbedder(
        inputCol="text", outputCol="emb", model=case.model, workers=1, normalize=False
    )
    stage.write().overwrite().save(str(tmp_path / "stage"))
    loaded = SentenceEmbedder.load(str(tmp_path / "stage"))
    assert isinstance(loaded, SentenceEmbedder)
    assert loaded.uid == stage.uid
    names = ("inputCol", "outputCol", "model", "workers", "normalize")
    assert [loaded.getOrDefault(name) for name in names] == ["text", "emb", case.model, 1, False]
    assert_close(vectors(loaded.transform(table(spark, case.texts))), case.answers())


@needs_stage
def test_in_a_pipeline_that_is_saved_and_loaded(spark: SparkSession, tmp_path: Path) -> None:
    case = parity("static")
    df = table(spark, case.texts)
    stage = SentenceEmbedder(inputCol="text", outputCol="emb", model=case.model)
    model = Pipeline(stages=[stage]).fit(df)
    model.write().overwrite().save(str(tmp_path / "pipeline"))
    loaded = PipelineModel.load(str(tmp_path / "pipeline"))
    assert [type(stage) for stage in loaded.stages] == [SentenceEmbedder]
    assert_close(vectors(loaded.transform(df)), case.answers())


def test_a_param_that_is_not_known_is_refused(spark: SparkSession) -> None:
    if not CONNECT and not HAS_STAGE:
        pytest.skip("the jar has no SentenceEmbedder")
    with pytest.raises(TypeError) as refused:
        SentenceEmbedder(inputCol="text", truncate=8)
    assert "SentenceEmbedder has no param 'truncate'; known: ['backend', " in str(refused.value)
    with pytest.raises(TypeError) as refused:
        SentenceEmbedder(truncate_dim="eight")
    assert "Could not convert eight to int" in str(refused.value)
