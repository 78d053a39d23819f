# SPDX-License-Identifier: Apache-2.0
"""The sides of `bench all`: what each is called, whom it stands for and how it is run.

A side is a program of its own that embeds all lines of a file and prints JSON lines. Several sides
may be ways to run one peer, of which the fastest counts. To add one: a function here, and its name
in FAMILIES.
"""

import argparse
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC_REPEAT = "20"  # A run takes milliseconds.
SPARK = "-spark"  # Ends the names of the sets that Spark embeds, which are smaller.

Command = Callable[[Path, Path | None], list[str]]


@dataclass(frozen=True)
class Side:
    """One program.

    command: takes the file of texts, and the one for vectors if they are wanted
    peer: whom it stands for, of whose sides and batch sizes the fastest counts; nobody for Weft
    against: the side of Weft that the peer's rate is compared with
    like: the side whose vectors it must have
    exact: whether it must, or just tells how near it comes
    """

    name: str
    command: Command
    peer: str = ""
    against: str = "weft"
    like: str = "weft"
    exact: bool = True
    spark: bool = False

    def runs(self, name: str) -> bool:
        """Whether it embeds a set."""
        return name.endswith(SPARK) == self.spark


@dataclass(frozen=True)
class Setting:
    """What sides run with.

    python: finds the Python of an environment that tools/reference makes
    models: the directories by the backend they are for, and `static`
    """

    args: argparse.Namespace
    python: Callable[[str], str]
    models: dict[str, Path]

    @property
    def batches(self) -> list[str]:
        return [str(batch) for batch in self.args.batches]

    def program(self, environment: str, name: str) -> list[str]:
        return [self.python(environment), str(HERE / name)]


NEWEST, BACKENDS = "6.2.0", "4.1.0-backends"
PYSPARK, BENCH = "6.2.0-pyspark", "6.2.0-bench"


def shell(command: str, *rest: str) -> list[str]:
    """A shell reads the command, so that it may hold quoted arguments; it then becomes it."""
    return ["bash", "-c", f"exec {command} {shlex.join(rest)}"]


def jars(folder: Path) -> str:
    """Weft's, as Spark takes them."""
    return ",".join(sorted(map(str, folder.glob("*.jar"))))


def wanted(vectors: Path | None) -> list[str]:
    return ["--vectors", str(vectors)] if vectors else []


def weft(setting: Setting, name: str, model: str, backend: str, repeat: str = "1") -> Side:
    def command(texts: Path, vectors: Path | None) -> list[str]:
        what = ["rate", str(setting.models[model]), str(texts), repeat, backend]
        return shell(setting.args.java_cmd, *what, *wanted(vectors))

    return Side(name, command, like="weft, static" if model == "static" else "weft")


def sentence_transformers(setting: Setting, peer: str, backend: str, environment: str) -> list[Side]:
    """On the library's own threads, and in a process of one thread for each core."""
    model = str(setting.models[backend])
    common = ["--backend", backend]

    def threads(texts: Path, vectors: Path | None) -> list[str]:
        program = setting.program(environment, "encode.py")
        what = [model, str(texts), *setting.batches, *common, "--repeat", "1"]
        return [*program, *what, *wanted(vectors)]

    def processes(texts: Path, vectors: Path | None) -> list[str]:
        program = setting.program(environment, "split.py")
        return [*program, model, str(texts), *setting.batches, *common]

    return [Side(peer, threads, peer), Side(f"{peer}, a process a core", processes, peer)]


def langchain4j(setting: Setting) -> list[Side]:
    def command(texts: Path, vectors: Path | None) -> list[str]:
        what = [str(setting.models["langchain4j"]), str(texts)]
        return shell(setting.args.peers_cmd, *what, *([str(vectors)] if vectors else []))

    return [Side("langchain4j", command, "langchain4j", exact=False)]


def static(setting: Setting) -> list[Side]:
    def model2vec(texts: Path, vectors: Path | None) -> list[str]:
        program = setting.program(BENCH, "model2vec_side.py")
        what = [str(setting.models["static"]), str(texts), *setting.batches, "1024"]
        return [*program, *what, "--repeat", STATIC_REPEAT, *wanted(vectors)]

    return [
        weft(setting, "weft, static", "static", "torch", STATIC_REPEAT),
        Side("model2vec", model2vec, "model2vec", "weft, static", "weft, static"),
    ]


def spark(setting: Setting) -> list[Side]:
    model = str(setting.models["torch"])

    def side(name: str, kind: str, *more: str) -> Side:
        def command(texts: Path, vectors: Path | None) -> list[str]:
            program = setting.program(PYSPARK, "spark_side.py")
            slots = ["--slots", str(setting.args.slots)]
            return [*program, kind, model, str(texts), *slots, *more, *wanted(vectors)]

        peer = "" if kind == "weft" else kind
        return Side(name, command, peer, "weft, Spark", spark=True)

    peers = [side(f"pyspark, batch {n}", "pyspark", "--batch", n) for n in setting.batches]
    return [side("weft, Spark", "weft", "--jars", jars(setting.args.jars)), *peers]


FAMILIES: dict[str, Callable[[Setting], list[Side]]] = {
    "weft": lambda setting: [weft(setting, "weft", "torch", "torch")],
    "weft-onnx": lambda setting: [weft(setting, "weft, onnx", "onnx", "onnx")],
    "weft-openvino": lambda setting: [weft(setting, "weft, openvino", "openvino", "openvino")],
    "python": lambda setting: sentence_transformers(setting, "python", "torch", NEWEST),
    "onnx": lambda setting: sentence_transformers(setting, "onnx", "onnx", BACKENDS),
    "openvino": lambda setting: sentence_transformers(setting, "openvino", "openvino", BACKENDS),
    "langchain4j": langchain4j,
    "static": static,
    "spark": spark,
}
OPTIONAL = {"weft-onnx", "weft-openvino"}
