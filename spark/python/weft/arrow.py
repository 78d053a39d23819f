# SPDX-License-Identifier: Apache-2.0
"""Data frames as Arrow tables."""

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

if TYPE_CHECKING:
    import pyarrow as pa


def to_arrow(df: DataFrame) -> "pa.Table":
    """The table of df.toArrow(), with vectors that embed() made last copied as they are.

    In a classic session the executors write such vectors into Arrow streams from the memory the
    model left them in, where df.toArrow() reads them back from rows number by number. Over Spark
    Connect, whose server has a way of its own, it is df.toArrow().
    """
    jdf = getattr(df, "_jdf", None)
    if jdf is None:
        return df.toArrow()
    import pyarrow as pa
    from pyspark.serializers import NoOpSerializer
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.util import _load_from_socket

    session = df.sparkSession
    port, secret, server = session._jvm.dev.weft.spark.arrow.ArrowServer.serve(jdf)
    try:
        frames = list(_load_from_socket((port, secret), NoOpSerializer()))
    finally:
        server.getResult()  # Raises what went wrong over there.
    frames.sort(key=lambda frame: int.from_bytes(frame[:4], "big"))
    batches = [pa.ipc.open_stream(memoryview(frame)[4:]).read_next_batch() for frame in frames]
    schema = to_arrow_schema(
        df.schema,
        error_on_duplicated_field_names_in_struct=True,
        prefers_large_types=session._jconf.arrowUseLargeVarTypes(),
    )
    return pa.Table.from_batches(batches).cast(schema) if batches else schema.empty_table()
