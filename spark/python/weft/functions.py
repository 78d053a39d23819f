# SPDX-License-Identifier: Apache-2.0
"""Weft's SQL functions as functions on columns.

Each is called by its name, so it works in a classic session and over Spark Connect alike, wherever
the jars are on the class path of Spark.
"""

import os

from pyspark.sql import Column
from pyspark.sql import functions as F

from weft.names import camel_case

ColumnOrName = Column | str
Option = str | bool | int | float | Column | None


def embed(
    col: ColumnOrName,
    model: str | os.PathLike[str] | None = None,
    **options: Option,
) -> Column:
    """The embedding of a text column, an array of floats; NULL for a NULL text.

    col: a column of strings, or its name.
    model: a directory or .zip that exists on every executor, an address that Hadoop reads there
        (hdfs:, s3a: …), or a hub id. Without one, that of the configuration spark.weft.model.
    options: those of SQL's embed(), in Python's spelling or SQL's: truncate_dim=128,
        normalize=True, prompt="query: ", prompt_name, task, device, batch_tokens, workers, backend
        and more; None is like leaving it out. The values of task and prompt_name may be columns.

    Raises TypeError for a value of another type. Spark refuses an unknown option when the query
    is analyzed.
    """
    entries = _entries(options)
    arguments = [col if isinstance(col, Column) else F.col(col)]
    if model is not None or entries:
        arguments.append(F.lit(None if model is None else os.fspath(model)))
    if entries:
        arguments.append(F.create_map(*entries))
    return F.call_function("embed", *arguments)


def _entries(options: dict[str, Option]) -> list[Column]:
    entries = []
    for name, value in options.items():
        if value is not None:
            entries += [F.lit(camel_case(name)), _text(name, value)]
    return entries


def _text(name: str, value: Option) -> Column:
    if isinstance(value, Column):
        return value
    if isinstance(value, bool):
        return F.lit(str(value).lower())
    if isinstance(value, (str, int, float)):
        return F.lit(str(value))
    raise TypeError(
        f'option "{name}" of embed() must be a string, a number, True, False or a Column,'
        f" but is a {type(value).__name__}"
    )


def vector_cosine_similarity(left: ColumnOrName, right: ColumnOrName) -> Column:
    """The cosine of two vectors of one width; NULL where one is NULL or all zeros."""
    return F.call_function("vector_cosine_similarity", left, right)


def vector_inner_product(left: ColumnOrName, right: ColumnOrName) -> Column:
    """The inner product of two vectors of one width; NULL where one is NULL."""
    return F.call_function("vector_inner_product", left, right)


def vector_l2_distance(left: ColumnOrName, right: ColumnOrName) -> Column:
    """The Euclidean distance of two vectors of one width; NULL where one is NULL."""
    return F.call_function("vector_l2_distance", left, right)


def vector_norm(vector: ColumnOrName, degree: float | None = None) -> Column:
    """The norm of a vector: of degree 2, the default, 1, or infinity."""
    return F.call_function("vector_norm", vector, *_degree(degree))


def vector_normalize(vector: ColumnOrName, degree: float | None = None) -> Column:
    """The vector divided by its norm; see vector_norm for the degree."""
    return F.call_function("vector_normalize", vector, *_degree(degree))


def vector_avg(vector: ColumnOrName) -> Column:
    """The mean of a group's vectors, component by component."""
    return F.call_function("vector_avg", vector)


def vector_sum(vector: ColumnOrName) -> Column:
    """The sum of a group's vectors, component by component."""
    return F.call_function("vector_sum", vector)


def _degree(degree: float | None) -> list[Column]:
    return [] if degree is None else [F.lit(float(degree)).cast("float")]
