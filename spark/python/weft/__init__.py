# SPDX-License-Identifier: Apache-2.0
"""sentence-transformers models in Spark, run on the JVM of its executors.

    import weft
    from weft import embed

    spark = weft.spark(SparkSession.builder).getOrCreate()
    df.withColumn("emb", embed("text", "sentence-transformers/all-MiniLM-L6-v2"))

Works in classic sessions and over Spark Connect; there the server has the jars.
"""

from typing import TYPE_CHECKING, Any

from weft.arrow import to_arrow
from weft.functions import (
    embed,
    vector_avg,
    vector_cosine_similarity,
    vector_inner_product,
    vector_l2_distance,
    vector_norm,
    vector_normalize,
    vector_sum,
)
from weft.session import jars, spark

if TYPE_CHECKING:
    from weft.ml import SentenceEmbedder

__all__ = [
    "SentenceEmbedder",
    "embed",
    "jars",
    "spark",
    "to_arrow",
    "vector_avg",
    "vector_cosine_similarity",
    "vector_inner_product",
    "vector_l2_distance",
    "vector_norm",
    "vector_normalize",
    "vector_sum",
]


def __getattr__(name: str) -> Any:
    """SentenceEmbedder when it is asked for, as pyspark.ml needs NumPy and the rest does not."""
    if name == "SentenceEmbedder":
        from weft.ml import SentenceEmbedder

        return SentenceEmbedder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
