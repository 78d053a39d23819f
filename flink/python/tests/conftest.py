# SPDX-License-Identifier: Apache-2.0
"""A session of SQL. WEFT_JARS names a folder of jars for the job, where Flink's lib/ has none."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment

PARITY = Path(__file__).resolve().parents[3] / "common" / "src" / "test" / "resources" / "parity"


@dataclass(frozen=True)
class Case:
    """A model that the reference wrote, with texts and their vectors as it answered."""

    model: str
    texts: list[str]
    vectors: list[list[float]]


@pytest.fixture(scope="session")
def case() -> Case:
    folder = PARITY / "pooling-mean"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    vectors = next(call["embeddings"] for call in expected["calls"] if call["args"] == {})
    return Case(str(folder / "model"), expected["texts"], vectors)


@pytest.fixture(scope="session")
def flink(case: Case) -> TableEnvironment:
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    jars = os.environ.get("WEFT_JARS")
    if jars:
        urls = [jar.resolve().as_uri() for jar in sorted(Path(jars).glob("*.jar"))]
        tables.get_config().set("pipeline.jars", ";".join(urls))
    tables.get_config().set("parallelism.default", "2")
    tables.execute_sql("LOAD MODULE weft")
    tables.execute_sql(
        f"""
        CREATE TEMPORARY MODEL sentences
        INPUT (text STRING) OUTPUT (embedding ARRAY<FLOAT>)
        WITH ('provider' = 'weft', 'model' = '{case.model}')
        """
    )
    rows = [*enumerate(case.texts), (-1, None)]
    columns = [DataTypes.FIELD("id", DataTypes.INT()), DataTypes.FIELD("body", DataTypes.STRING())]
    tables.create_temporary_view("texts", tables.from_elements(rows, DataTypes.ROW(columns)))
    return tables
