# SPDX-License-Identifier: Apache-2.0
"""Makes what the sides of `bench all` need before they run: texts, counts of tokens, models."""

import argparse
import json
from pathlib import Path
from typing import Any

import flops
import sides
import uncut
from report import parse_all
from running import TOOLS, Programs, say

HERE = Path(__file__).resolve().parent

# A round with all sides takes about a quarter of an hour on two cores.
TEXTS = {"short": 2000, "mixed": 500, "long": 60, "skewed": 2000}
SPARK_TEXTS = {"short": 1000, "mixed": 250}


class Preparation:
    """Makes things in a folder, each once."""

    def __init__(self, args: argparse.Namespace, work: Path, programs: Programs) -> None:
        self._args = args
        self._work = work
        self._programs = programs
        self._pythons: dict[str, str] = {}

    def python(self, environment: str) -> str:
        if environment not in self._pythons:
            self._pythons[environment] = self._programs.python(environment)
        return self._pythons[environment]

    def openvino(self) -> str:
        return self._programs.output([str(TOOLS / "openvino")]).strip()

    def file(self, name: str) -> Path:
        return self._work / "texts" / f"{name}.txt"

    def sets(self) -> dict[str, dict[str, Any]]:
        """Writes the files and says of each what is in it."""
        counts = [part for name, count in TEXTS.items() for part in (f"--{name}", str(count))]
        source = ["--from", str(self._args.source)] if self._args.source else []
        program = [self.python(sides.NEWEST), str(HERE / "texts.py")]
        self._programs.output([*program, str(self._work / "texts"), *counts, *source])
        names = list(self._args.sets)
        for name in names:
            self._cut(name, name, self._args.limit)
        for name in names if "spark" in self._args.sides else []:
            if name in SPARK_TEXTS:
                self._cut(name, name + sides.SPARK, SPARK_TEXTS[name])
        names += [name + sides.SPARK for name in names if self.file(name + sides.SPARK).exists()]
        return self._described(names)

    def _cut(self, name: str, target: str, limit: int | None) -> None:
        texts = self.file(name).read_text(encoding="utf-8").splitlines(keepends=True)
        self.file(target).write_text("".join(texts[:limit]), encoding="utf-8")

    def _described(self, names: list[str]) -> dict[str, dict[str, Any]]:
        transformer = self._args.model / uncut.first_module(self._args.model)
        program = [self.python(sides.NEWEST), str(HERE / "lengths.py")]
        files = [str(self.file(name)) for name in names]
        counted = self._programs.output([*program, str(transformer / "tokenizer.json"), *files])
        lengths = next(parse_all(counted))["sets"]
        return {
            name: {
                "texts": len(lengths[name]),
                "distinct": len(set(self.file(name).read_text(encoding="utf-8").splitlines())),
                "tokens": sum(lengths[name]),
                "longest": max(lengths[name]),
                "gflop": flops.of_texts(uncut.config(transformer), lengths[name]) / 1e9,
            }
            for name in names
        }

    def models(self) -> dict[str, Path]:
        """The model's directory for each backend, LangChain4j's and that of a static model."""
        wanted = set(self._args.sides)
        model = uncut.copy(self._args.model, self._work / "model")
        made = {"torch": model}
        if wanted & {"onnx", "openvino", "weft-onnx", "weft-openvino"}:
            say("exporting the model to ONNX and OpenVINO")
            exported = self._work / "exported"
            program = [self.python(sides.BACKENDS), str(HERE / "export.py"), str(exported)]
            self._programs.output([*program, str(model), "--names", "model"])
            made |= {name: exported / f"model-{name}" for name in ("onnx", "openvino")}
        if "langchain4j" in wanted:
            made["langchain4j"] = self._langchain4j()
        if "static" in wanted:
            say("making a static model")
            program = [self.python(sides.NEWEST), str(HERE / "models.py")]
            self._programs.output([*program, str(self._work / "static"), str(self._args.model)])
            made["static"] = self._work / "static" / "static"
        return made

    def _langchain4j(self) -> Path:
        """The model out of its jar, without the 128 tokens that its tokenizer cuts and pads to."""
        folder = self._work / "langchain4j"
        folder.mkdir()
        self._programs.output(sides.shell(self._args.peers_cmd, str(folder)))
        file = next(folder.glob("*tokenizer.json"))
        tokenizer = json.loads(file.read_text(encoding="utf-8"))
        tokenizer |= {"truncation": None, "padding": None}
        file.write_text(json.dumps(tokenizer), encoding="utf-8")
        return folder
