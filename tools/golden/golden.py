# SPDX-License-Identifier: Apache-2.0
"""Where the golden files are and how their numbers are written."""

import json
from pathlib import Path
from typing import Any

import sentence_transformers
import torch

FOLDER = Path(__file__).parents[2] / "common/src/test/resources/golden"


def write(name: str, content: dict[str, Any]) -> None:
    """Writes one file; every list of numbers that holds no other list is one line."""
    reference = f"sentence-transformers {sentence_transformers.__version__}, torch {torch.__version__}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = _text({"reference": reference, **content}, "")
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def weights(module: torch.nn.Module) -> dict[str, Any]:
    """The tensors the reference saves of a module, each with its shape and its values row by row."""
    return {
        name: {"shape": list(tensor.shape), "values": tensor.flatten().tolist()}
        for name, tensor in module.state_dict().items()
    }


def _text(value: Any, indent: str) -> str:
    deeper = indent + " "
    if isinstance(value, dict):
        items = [f"{deeper}{json.dumps(key)}: {_text(item, deeper)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + indent + "}"
    if isinstance(value, list) and value and isinstance(value[0], (list, dict)):
        return "[\n" + ",\n".join(deeper + _text(item, deeper) for item in value) + "\n" + indent + "]"
    return json.dumps(value, allow_nan=False)
