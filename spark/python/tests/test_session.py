# SPDX-License-Identifier: Apache-2.0
"""The jars in the wheel and how sessions get them."""

import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import CONNECT, assert_close, parity, table, vectors
from pyspark import SparkContext
from pyspark.sql import SparkSession

import weft
from weft import embed

once = pytest.mark.skipif(CONNECT, reason="makes processes of its own, in one run only")


def python(program: str, **environment: str) -> str:
    """What a Python of its own prints."""
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    return ended.stdout


def entries() -> dict[str, list[str]]:
    """The names of the jars that have an entry."""
    held: dict[str, list[str]] = {}
    for jar in weft.jars():
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                held.setdefault(name, []).append(Path(jar).name)
    return held


def test_the_jars_have_what_services_need() -> None:
    held = entries()
    for name in (
        "META-INF/services/org.apache.spark.sql.SparkSessionExtensionsProvider",
        "META-INF/services/dev.weft.store.ModelFetcher",
        "META-INF/services/ai.djl.engine.EngineProvider",
        "dev/weft/spark/WeftExtensions.class",
        "dev/weft/Embedder.class",
        "pytorch/cpu/linux-x86_64/libtorch_cpu.so",
        "native/lib/linux-x86_64/cpu/libtokenizers.so",
    ):
        assert name in held, name


def test_no_class_is_there_twice_and_none_of_spark() -> None:
    classes = {name: jars for name, jars in entries().items() if name.endswith(".class")}
    twice = {n: j for n, j in classes.items() if len(j) > 1 and "module-info" not in n}
    assert twice == {}
    hosts = ("org/apache/spark/", "scala/", "org/slf4j/", "com/google/gson/", "org/apache/arrow/")
    assert [name for name in classes if name.startswith(hosts)] == []


def test_two_sessions_share_one_model(spark: SparkSession) -> None:
    case = parity("words-mean")
    jvm: Any = SparkContext._jvm  # Over Connect the server's, which is in this process too.
    cache = jvm.dev.weft.serve.EmbedderCache.shared()
    before = cache.loads()
    # Another number of batch tokens is another model to the cache, so this one is not loaded yet.
    options = {"batch_tokens": 333}
    if CONNECT:
        other = SparkSession.builder.remote("sc://localhost").create()
    else:
        other = spark.newSession()
    for session in (spark, other):
        df = table(session, case.texts).withColumn("emb", embed("text", case.model, **options))
        assert_close(vectors(df), case.answers())
    assert cache.loads() - before == 1


@once
def test_jars_that_were_asked_for_stay() -> None:
    program = """
        import weft
        from pyspark.sql import SparkSession
        builder = weft.spark(SparkSession.builder.config("spark.jars", "/mine.jar"))
        print(builder._options["spark.jars"])
    """
    assert python(program).strip() == ",".join(["/mine.jar", *weft.jars()])


def test_a_builder_for_a_server_elsewhere_stays_as_it_is() -> None:
    builder: Any = SparkSession.builder
    builder._options["spark.remote"] = "sc://elsewhere:15002"
    assert weft.spark(builder)._options == {"spark.remote": "sc://elsewhere:15002"}


def test_a_jvm_that_has_weft_needs_no_jars(spark: SparkSession) -> None:
    assert "spark.jars" not in weft.spark(SparkSession.builder)._options


@once
def test_a_jvm_without_weft_is_refused() -> None:
    program = """
        import weft
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
        SparkContext._ensure_initialized()
        try:
            weft.spark(SparkSession.builder)
        except RuntimeError as refused:
            print(refused)
    """
    assert python(program).strip() == (
        "a JVM of Spark runs in this process already, so Weft's jars cannot be added to it; call"
        " weft.spark before the first session is made, or start with"
        ' spark-submit --jars "$(python -m weft)"'
    )


@once
def test_the_jars_as_an_argument_of_spark_submit() -> None:
    command = [sys.executable, "-m", "weft"]
    assert subprocess.check_output(command, text=True) == ",".join(weft.jars()) + "\n"


@once
def test_without_a_jvm_package_it_imports_and_makes_columns() -> None:
    """As in pyspark-client, which has no pyspark.core and no Py4J."""
    program = """
        import os, sys

        class Absent:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] == "py4j" or name.startswith("pyspark.core"):
                    raise ModuleNotFoundError(f"No module named {name!r}", name=name)

        sys.meta_path.insert(0, Absent())
        os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
        import weft
        from pyspark.sql import SparkSession
        print(weft.embed("text", "/m", truncate_dim=8))
        print(weft.SentenceEmbedder(inputCol="text", truncate_dim=8)._java_obj)
        print("py4j" in sys.modules)
    """
    assert python(program).splitlines() == [
        "Column<'CallFunction('embed', text, /m, map(truncateDim, 8))'>",
        "dev.weft.spark.SentenceEmbedder",
        "False",
    ]


@once
def test_executors_of_their_own_get_the_jars(tmp_path: Path) -> None:
    """Executors in other processes, where each session of Connect has a class loader of its own."""
    case = parity("static")
    program = f"""
        import weft
        from pyspark.sql import SparkSession
        builder = SparkSession.builder.remote("local-cluster[1,2,700]")
        builder = builder.config("spark.executor.memory", "600m").config("spark.ui.enabled", "false")
        spark = weft.spark(builder).getOrCreate()
        other = SparkSession.builder.remote("sc://localhost").create()
        for session in (spark, other):
            df = session.createDataFrame([("a text",), ("another",)], "text string")
            print([len(row[0]) for row in df.select(weft.embed("text", {case.model!r})).collect()])
    """
    width = len(case.answers()[0])
    printed = python(program, SPARK_WORKER_DIR=str(tmp_path)).splitlines()
    assert printed == [f"[{width}, {width}]"] * 2
