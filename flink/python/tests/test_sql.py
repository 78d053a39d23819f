# SPDX-License-Identifier: Apache-2.0
"""Every query is a job of its own, on a model that they share."""

import pytest
from conftest import Case
from pyflink.table import TableEnvironment


def vectors(flink: TableEnvironment, query: str) -> dict[int, list[float] | None]:
    with flink.execute_sql(query).collect() as rows:
        return {row[0]: row[1] for row in rows}


def assert_reference(found: dict[int, list[float] | None], case: Case) -> None:
    assert len(found) == len(case.texts) + 1
    assert found.pop(-1) is None
    for row, expected in enumerate(case.vectors):
        assert found[row] == pytest.approx(expected, abs=1e-5)


def test_ml_predict_has_the_vectors_of_the_reference(flink: TableEnvironment, case: Case) -> None:
    query = "SELECT id, embedding FROM ML_PREDICT(TABLE texts, MODEL sentences, DESCRIPTOR(body))"
    assert_reference(vectors(flink, query), case)


def test_embed_has_the_vectors_of_the_reference(flink: TableEnvironment, case: Case) -> None:
    assert_reference(vectors(flink, f"SELECT id, embed(body, '{case.model}') FROM texts"), case)


def test_expressions_of_the_table_api_call_embed(flink: TableEnvironment, case: Case) -> None:
    from pyflink.table.expressions import call, col

    table = flink.from_path("texts").select(col("id"), call("embed", col("body"), case.model))
    with table.execute().collect() as rows:
        assert_reference({row[0]: row[1] for row in rows}, case)


def test_what_is_wrong_is_told_in_words(flink: TableEnvironment) -> None:
    with pytest.raises(Exception, match="embed: no model is named; write embed"):
        flink.execute_sql("SELECT embed(body) FROM texts")
