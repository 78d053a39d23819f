# SPDX-License-Identifier: Apache-2.0
"""The jars in this package, and how a session gets them."""

import os
from importlib import resources
from typing import Any

from pyspark.sql import SparkSession

_JARS = "spark.jars"


def jars() -> list[str]:
    """The paths of the jars in this package: Weft with all it needs that Spark does not have.

    Raises FileNotFoundError if this copy of the package was installed without them.
    """
    folder = resources.files(__name__.rpartition(".")[0]) / "jars"
    found = sorted(str(file) for file in folder.iterdir()) if folder.is_dir() else []
    paths = [path for path in found if path.endswith(".jar")]
    if not paths:
        raise FileNotFoundError(
            f"no jars in {folder}: this is Weft's source, or a wheel made without them;"
            " install the wheel that `./weft python` makes, or set spark.jars.packages to"
            " dev.weft:weft-spark:VERSION"
        )
    return paths


def spark(builder: SparkSession.Builder) -> SparkSession.Builder:
    """The builder, with the jars of this package added to its spark.jars.

    For sessions that this process starts: classic ones, and remote("local"). The JVM needs no
    further options than those Spark gives it. A builder for a Connect server elsewhere
    (sc://…) comes back as it is, since a server loads extensions from its own class path.

    Raises RuntimeError if this process already has a JVM, whose class path cannot change any more,
    and Weft is not in it.
    """
    options: dict[str, Any] = getattr(builder, "_options", {})
    remote = str(options.get("spark.remote", os.environ.get("SPARK_REMOTE", "")))
    context = _context()
    if context is None or remote.startswith("sc://"):
        return builder
    if context._gateway is not None:
        _require_weft(context._jvm)
        return builder
    given = str(options.get(_JARS, ""))
    return builder.config(_JARS, ",".join([*filter(None, [given]), *jars()]))


def _context() -> Any:
    """PySpark's SparkContext; the package pyspark-client has none."""
    try:
        from pyspark import SparkContext
    except ImportError:
        return None
    return SparkContext


def _require_weft(jvm: Any) -> None:
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    if loader.getResource("dev/weft/spark/WeftExtensions.class") is None:
        raise RuntimeError(
            "a JVM of Spark runs in this process already, so Weft's jars cannot be added to it;"
            " call weft.spark before the first session is made, or start with"
            ' spark-submit --jars "$(python -m weft)"'
        )
