# SPDX-License-Identifier: Apache-2.0
"""Every test runs in a classic session and over Spark Connect: WEFT_SESSION says in which.

A process can be either, so each is a run of its own; see tools/python-tests.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

import weft

CONNECT = os.environ.get("WEFT_SESSION", "classic") == "connect"
PARITY = Path(__file__).resolve().parents[3] / "common" / "src" / "test" / "resources" / "parity"


@dataclass(frozen=True)
class Case:
    """A model that the reference wrote, with texts and what it answered, a list a call."""

    model: str
    texts: list[str]
    calls: list[dict[str, Any]]

    def answers(self, **args: Any) -> list[list[float]]:
        return next(call["embeddings"] for call in self.calls if call["args"] == args)


def parity(name: str) -> Case:
    """A case of the Java tests' resources."""
    expected = json.loads((PARITY / name / "expected.json").read_text(encoding="utf-8"))
    return Case(str(PARITY / name / "model"), expected["texts"], expected["calls"])


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    builder = SparkSession.builder
    builder = builder.remote("local[2]") if CONNECT else builder.master("local[2]")
    builder = builder.config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2")
    session = weft.spark(builder).getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def session_model(spark: SparkSession) -> Iterator[Case]:
    """A case whose model is that of the session."""
    case = parity("bert-mean-normalize")
    spark.conf.set("spark.weft.model", case.model)
    yield case
    spark.conf.unset("spark.weft.model")


def table(spark: SparkSession, texts: list[str | None]) -> DataFrame:
    """The texts in a column of that name, with their number in another."""
    return spark.createDataFrame(list(enumerate(texts)), "id int, text string")


def vectors(df: DataFrame) -> list[list[float] | None]:
    """The column emb in the order of the rows' numbers."""
    return [row["emb"] for row in sorted(df.select("id", "emb").collect())]


def assert_close(actual: list[list[float] | None], expected: list[list[float]]) -> None:
    """Every value within 1e-4 * max(1, |value|), the bound of parity."""
    assert len(actual) == len(expected)
    for row, (have, want) in enumerate(zip(actual, expected)):
        assert have is not None and len(have) == len(want), row
        off = max(abs(h - w) / max(1, abs(w)) for h, w in zip(have, want))
        assert off <= 1e-4, (row, off)
